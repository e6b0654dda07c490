/// Every message on the terminal, as Wireshark would explain it.
#pragma once

#include "socks5/field.hpp"

#include <functional>

namespace session {

class trace {
public:
    /// `print` is called with whole messages of several lines, from any thread.
    trace(std::function<void(std::string const&)> print, bool colour) : print_(std::move(print)), colour_(colour) {}

    /// `number` is the number of the connection and stands in front of each line.
    template <class Message>
    void received(std::size_t number, Message const& message) const {
        print_(picture(number, "client -> proxy", Message::title, message.fields()));
    }

    template <class Message>
    void sent(std::size_t number, Message const& message) const {
        print_(picture(number, "proxy -> client", Message::title, message.fields()));
    }

    /// A message that broke off, or could not be understood: the octets that came, and what is wrong with them.
    template <class Message>
    void broken(std::size_t number, socks5::octets const& came, std::string const& why) const {
        constexpr bool secret = requires { Message::has_secrets; };
        print_(picture(number, "client -> proxy", Message::title, {{"?", came, why, secret}}));
    }

private:
    std::string picture(std::size_t number, std::string_view direction, std::string_view title,
                        socks5::fields const& fields) const;

    std::function<void(std::string const&)> print_;
    bool colour_;
};

}  // namespace session
