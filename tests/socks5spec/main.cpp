/// socks5spec: judges a SOCKS5 server, case by case.
#include "socks5spec/cases.hpp"
#include "socks5spec/judge.hpp"

#include <csignal>
#include <iostream>

namespace {

using namespace spec;

int run(int argc, char** argv) {
    if (!parse_options(argc, argv)) return 0;
    auto const cases = chosen_cases();
    if (cases.empty()) throw usage_error("there is no such case; see --list");
    if (given().list) {
        print_list(std::cout, {cases});
        return 0;
    }
    auto whole = judge(cases);
    whole.all = number_of_cases();
    if (given().format == "json") print_json(std::cout, whole);
    if (given().format == "markdown") print_markdown(std::cout, whole);
    if (given().format == "text") {
        print_summary(std::cout, whole);
        print_score(std::cout, whole);
    }
    return exit_code(whole);
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return run(argc, argv);
    } catch (usage_error const& e) {
        std::cerr << "socks5spec: " << e.what() << '\n';
    } catch (over const&) {
        std::cerr << "socks5spec: the server does not answer: " << current().got << '\n';
    }
    return 2;
}
