/// A file of users.
#include "parsed.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace plainsocks;

namespace {

using passwords = std::map<std::string, std::string>;

/// Adds a user as --user does. False: it is none.
bool check_user(std::string const& text, passwords& all) {
    session::users users;
    auto const added = parsed([&](auto const& t) { return add_user(users, t), true; }, text).has_value();
    expect(users.empty() == !added, "there is a user, or a complaint");
    if (!added) return false;
    auto const colon = text.find(':');
    auto const name = text.substr(0, colon), password = text.substr(colon + 1);
    expect(users.know(name, password), "a user can log in");
    all[name] = password;
    return true;
}

}  // namespace

void fuzz(socks5::octets const& input) {
    std::string const text(input.begin(), input.end());
    auto const* path = "users-of-the-fuzz-test";
    std::ofstream(path, std::ios::binary) << text;
    session::users users;
    auto const added = parsed([&](auto const& p) { return add_users_of_file(users, p), true; }, path).has_value();
    std::filesystem::remove(path);

    passwords expected;
    std::istringstream lines(text);
    bool right = true;
    for (std::string line; right && std::getline(lines, line);) {
        if (line.ends_with('\r')) line.pop_back();
        right = line.empty() || line.starts_with('#') || check_user(line, expected);
    }
    expect(added == (right && !expected.empty()), "a file has users only, or there is a complaint");
    if (!added) return;
    for (auto const& [name, password] : expected) expect(users.know(name, password), "each user can log in");
}
