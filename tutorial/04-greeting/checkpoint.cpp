/// Checkpoint 4: greets, selects a method, and closes politely. It has users when it is given a name and a password:
/// checkpoint-04 10800 alice secret
#include "checkpoint.hpp"

int main(int argc, char** argv) {
    session::settings settings;
    if (argc > 3) settings.users.add(argv[2], argv[3]);

    return checkpoint::converse(argc, argv, settings, [&](checkpoint::conversation& client) {
        auto const greeting = client.receive<socks5::greeting>();
        auto const selection = socks5::method_selection{session::select(greeting, settings.users)};
        std::cout << "offered " + socks5::hex(greeting.methods) + ", selected " +
                         socks5::hex(socks5::octet(selection.method)) + '\n'
                  << std::flush;
        if (selection.method != socks5::method::username_password) return client.hang_up(selection);

        client.send(selection);
        if (session::log_in(client)) std::cout << client.record.user + " is in\n" << std::flush;
    });
}
