/// Bugs in the reply.
#include "zoo/animal.hpp"

namespace zoo {

namespace {

octet const succeeded = 0;

struct always_succeeded : altered_messages<always_succeeded> {
    void change(octets& message) {
        if (is_reply(message)) message[1] = succeeded;
    }
};

struct general_failure_only : altered_messages<general_failure_only> {
    void change(octets& message) {
        if (is_reply(message) && message[1] != succeeded) message[1] = 1;
    }
};

struct no_reply_to_failure : altered_messages<no_reply_to_failure> {
    void change(octets& message) {
        if (is_reply(message) && message[1] != succeeded) message.clear();
    }
};

struct no_address_of_failure : altered_messages<no_address_of_failure> {
    void change(octets& message) {
        if (is_reply(message) && message[1] != succeeded) message[3] = 0;
    }
};

struct bnd_zeros : altered_messages<bnd_zeros> {
    void change(octets& message) {
        if (is_reply(message)) message = {5, message[1], 0, 1, 0, 0, 0, 0, 0, 0};
    }
};

struct wrong_reply_atyp : altered_messages<wrong_reply_atyp> {
    void change(octets& message) {
        if (is_reply(message)) message[3] = atyp;
    }

    octet atyp = 0;
};

void carry_out(session::conversation<wrong_reply_atyp>& client, socks5::request const& request) {
    client.net.atyp = std::visit([](auto const& host) { return type(host); }, request.dst.host);
    session::carry_out(client, request);
}

struct rsv_not_zero : altered_messages<rsv_not_zero> {
    void change(octets& message) {
        if (is_reply(message)) message[2] = 0xff;
    }
};

struct forgets_port_of_reply : altered_messages<forgets_port_of_reply> {
    void change(octets& message) {
        if (is_reply(message)) message.resize(message.size() - 2);
    }
};

struct reply_twice : altered_messages<reply_twice> {
    void change(octets& message) {
        auto const once = message;
        if (is_reply(message)) message.insert(message.end(), once.begin(), once.end());
    }
};

/// Its end of sending comes with the close.
struct without_end : altered_stream {
    using altered_stream::altered_stream;

    void shutdown_send() {
        if (animal->relaying()) altered_stream::shutdown_send();
        hanging_up = true;
    }

    bool hanging_up = false;
};

struct closes_with_unread_input : altered<closes_with_unread_input, without_end> {
    std::size_t read_some(without_end& from, std::span<octet> buffer) {
        return relaying() || !from.hanging_up ? altered::read_some(from, buffer) : 0;
    }
};

/// After a wrong login and after FF, too.
struct stays_open : without_end {
    using without_end::without_end;

    void end() {
        if (animal->relaying() || animal->stopping()) altered_stream::end();
    }
};

struct keeps_open_after_failure : altered<keeps_open_after_failure, stays_open> {};

}  // namespace

animals in_the_reply() {
    return {
        {"always-succeeded", "says REP 00, also for failures", serve<always_succeeded>},
        {"general-failure-only", "says REP 01 for every failure", serve<general_failure_only>},
        {"no-reply-to-failure", "closes without a reply when a request fails", serve<no_reply_to_failure>},
        {"no-address-of-failure", "puts ATYP 00 into the replies to failures", serve<no_address_of_failure>},
        {"bnd-zeros", "says BND 0.0.0.0:0 in every reply", serve<bnd_zeros>},
        {"wrong-reply-atyp", "puts the ATYP of the request into the reply", serve<wrong_reply_atyp>},
        {"rsv-not-zero", "leaves RSV of the reply as it happens to be", serve<rsv_not_zero>},
        {"forgets-port-of-reply", "sends replies without BND.PORT", serve<forgets_port_of_reply>},
        {"reply-twice", "sends each reply twice", serve<reply_twice>},
        {"closes-with-unread-input", "closes right behind its last message", serve<closes_with_unread_input>},
        {"keeps-open-after-failure", "does not close after its last message", serve<keeps_open_after_failure>},
    };
}

}  // namespace zoo
