/// Who may log in.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace session {

/// Names and passwords. As soon as there is one user, every client must log in.
class users {
public:
    void add(std::string const& name, std::string const& password) { passwords_[name] = password; }

    bool empty() const { return passwords_.empty(); }

    /// Every octet counts, zero octets too. Takes the same time however much of a guess is right, and whether or
    /// not the user exists, so that nobody can find a password letter by letter.
    bool know(std::string_view name, std::string_view password) const {
        bool known = false;
        for (auto const& [user, secret] : passwords_) {
            bool const right_name = same(name, user);
            bool const right_password = same(password, secret);
            known = known || (right_name && right_password);
        }
        return known;
    }

private:
    static bool same(std::string_view guess, std::string_view truth) {
        auto difference = guess.size() ^ truth.size();
        for (std::size_t i = 0; i < guess.size(); ++i)
            difference |= static_cast<unsigned char>(guess[i] ^ truth[i % truth.size()]);
        return difference == 0;
    }

    std::map<std::string, std::string> passwords_;  // none empty, RFC 1929
};

}  // namespace session
