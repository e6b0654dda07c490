#include "socks5spec/options.hpp"

#include <boost/program_options.hpp>

#include <iostream>
#include <sstream>

namespace spec {

namespace po = boost::program_options;

namespace {

options the_options;

constexpr auto what_it_is = R"(Usage: socks5spec [--server HOST:PORT] [options]

Judges a SOCKS5 server by RFC 1928 and RFC 1929, case by case, and explains each failure. It is the client, and it is
all the targets, too, on free ports of 127.0.0.1 and [::1]: the server must run on this machine, and must be allowed to
connect to these addresses.

Exit code: 0 when no MUST and no SHOULD case failed, 1 when one did, 2 when nothing could be tried.
)";

constexpr int first_chapter = 2, last_chapter = 11;

po::options_description all_options() {
    auto const text = [](char const* name) { return po::value<std::string>()->value_name(name); };
    auto const chapter = [] { return po::value<int>()->value_name("N"); };
    po::options_description all("Options", 110, 80);
    auto add = all.add_options();
    add("server", text("HOST:PORT")->default_value("127.0.0.1:10800"), "The server to judge.");
    add("user", text("NAME:PASSWORD"), "Log in as this user, whom the server must know. The login is tried, too.");
    add("chapter", chapter(), "Only the cases of this chapter of the tutorial, 2 to 11.");
    add("until", chapter(),
        "Only the cases of the chapters up to this one: all that a reader's program has to pass by then.");
    add("section", text("RFC-SECTION"), "Only the cases of an RFC or of a section: 1929, 1928-6.");
    add("require", text("LIST"),
        "What must be there: bind, udp, ipv6, login; a list with commas. What is not there and not required is 'not "
        "supported', and no failure.");
    add("strict", "Let failures of common sense count for the exit code, as well.");
    add("slow", po::value<double>()->value_name("SECONDS")->implicit_value(120, "120"),
        "Also try whether the server drops silent clients within this time, or twice as much in BIND.");
    add("timeout", po::value<double>()->value_name("SECONDS")->default_value(5),
        "How long to wait for an octet that has to come; six times as long when the server looks up a name.");
    add("format", text("FORMAT")->default_value("text"), "text, markdown or json.");
    add("list", "Show the cases and what each demands. No server is needed.");
    add("verbose", "Show also what was said in the cases that passed.");
    add("help", "Show this text.");
    return all;
}

/// "name:rest" or "[name]:rest"; the last colon divides.
std::pair<std::string, std::string> divided(std::string const& text, char const* expected) {
    auto const colon = text.rfind(':');
    if (colon == 0 || colon == std::string::npos || colon + 1 == text.size())
        throw usage_error("'" + text + "', expected " + expected);
    auto name = text.substr(0, colon);
    if (name.front() == '[' && name.back() == ']') name = name.substr(1, name.size() - 2);
    return {name, text.substr(colon + 1)};
}

/// The doctest filter for the suites of these chapters; a suite's name begins with its chapter.
std::string chapters(int from, int to) {
    std::string filter;
    for (int i = from; i <= to; ++i) filter.append(i < 10 ? "0" : "").append(std::to_string(i)).append(" *,");
    return filter;
}

int chapter(po::variable_value const& value) {
    auto const number = value.as<int>();
    if (number >= first_chapter && number <= last_chapter) return number;
    throw usage_error("chapter " + std::to_string(number) + ", expected " + std::to_string(first_chapter) + " to " +
                      std::to_string(last_chapter));
}

std::chrono::milliseconds milliseconds(std::string const& name, po::variable_value const& value) {
    auto const seconds = value.as<double>();
    if (!(seconds >= 0.1 && seconds <= 600)) throw usage_error("--" + name + ": expected 0.1 to 600 seconds");
    return std::chrono::milliseconds(static_cast<int>(seconds * 1000));
}

std::set<std::string> features(std::string const& list) {
    std::set<std::string> const known{"bind", "udp", "ipv6", "login"};
    std::set<std::string> found;
    std::istringstream words(list);
    for (std::string word; std::getline(words, word, ',');) {
        if (!known.contains(word)) throw usage_error("--require " + word + ", expected bind, udp, ipv6 or login");
        found.insert(word);
    }
    return found;
}

options read_options(po::variables_map const& values) {
    options read;
    auto const text = [&](char const* name) { return values[name].as<std::string>(); };
    std::tie(read.host, read.port) = divided(text("server"), "--server HOST:PORT");
    if (values.contains("user")) {
        auto const whole = text("user");  // a password may contain colons, a name not
        auto const colon = whole.find(':');
        if (colon == 0 || colon == std::string::npos || colon + 1 == whole.size())
            throw usage_error("'" + whole + "', expected --user NAME:PASSWORD");
        read.user = user{whole.substr(0, colon), whole.substr(colon + 1)};
    }
    if (values.contains("chapter")) read.suites = chapters(chapter(values["chapter"]), chapter(values["chapter"]));
    if (values.contains("until")) {
        read.until = chapter(values["until"]);
        read.suites = chapters(first_chapter, *read.until);
    }
    if (values.contains("section"))
        read.cases = text("section") + (text("section").find('-') == std::string::npos ? "-*" : " *");
    if (values.contains("require")) read.require = features(text("require"));
    read.format = text("format");
    if (read.format != "text" && read.format != "markdown" && read.format != "json")
        throw usage_error("--format " + read.format + ", expected text, markdown or json");
    read.timeout = milliseconds("timeout", values["timeout"]);
    if (values.contains("slow")) read.slow = milliseconds("slow", values["slow"]);
    read.strict = values.contains("strict");
    read.list = values.contains("list");
    read.verbose = values.contains("verbose");
    return read;
}

}  // namespace

bool parse_options(int argc, char const* const* argv) {
    auto const all = all_options();
    po::variables_map values;
    try {
        auto const style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
        po::store(po::command_line_parser(argc, argv).options(all).style(style).positional({}).run(), values);
    } catch (po::error const& e) {
        throw usage_error(e.what());
    }
    if (values.contains("help")) {
        std::cout << what_it_is << '\n' << all;
        return false;
    }
    the_options = read_options(values);
    return true;
}

options const& given() { return the_options; }

}  // namespace spec
