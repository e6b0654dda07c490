/// socks5spec: judges a SOCKS5 server, case by case.
#define DOCTEST_CONFIG_IMPLEMENT
#include "socks5spec/client.hpp"
#include "socks5spec/report.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <sstream>

namespace {

using namespace spec;

report the_report;

/// Tells doctest's progress to the report, and the failures to the terminal.
class reporter : public doctest::IReporter {
public:
    explicit reporter(doctest::ContextOptions const&) {}

    void report_query(doctest::QueryData const& found) override {
        for (unsigned i = 0; i < found.num_data; ++i) {
            result next{.demand = found.data[i]->m_description, .suite = found.data[i]->m_test_suite};
            std::istringstream name(found.data[i]->m_name);
            name >> next.section >> next.level >> std::ws;
            std::getline(name, next.title);
            the_report.cases.push_back(next);
        }
    }

    void test_case_start(doctest::TestCaseData const& starting) override {
        current() = {};
        if (!progress_) return;
        std::cerr << "\r\033[K" << the_report.tried + 1 << '/' << the_report.cases.size() << ' ' << starting.m_name
                  << std::flush;
    }

    void test_case_exception(doctest::TestCaseException const& thrown) override {
        if (current().end != outcome::passed) return;
        current().end = outcome::failed;
        current().expected = "that the tester can go on";
        current().got = thrown.error_string.c_str();
    }

    void test_case_end(doctest::CurrentTestCaseStats const&) override {
        if (progress_) std::cerr << "\r\033[K" << std::flush;
        auto& done = the_report.cases.at(the_report.tried++);
        done.trial = current();
        if (given().format != "text") return;
        if (done.trial.end == outcome::failed) print_failure(std::cout, done);
        if (given().verbose && done.trial.end != outcome::failed)
            std::cout << '\n' << word(done.trial.end) << "  " << done.name() << '\n' << told(done.trial.story);
        std::cout << std::flush;
    }

    void test_run_start() override {}
    void test_run_end(doctest::TestRunStats const&) override {}
    void test_case_reenter(doctest::TestCaseData const&) override {}
    void subcase_start(doctest::SubcaseSignature const&) override {}
    void subcase_end() override {}
    void log_assert(doctest::AssertData const&) override {}
    void log_message(doctest::MessageData const&) override {}
    void test_case_skipped(doctest::TestCaseData const&) override {}

private:
    bool const progress_ = ::isatty(STDERR_FILENO) == 1;
};

DOCTEST_REGISTER_REPORTER("socks5spec", 0, reporter);

/// All that were chosen; or only asks doctest which these are.
void run(bool only_list) {
    std::array arguments{"socks5spec", "--list-test-cases"};
    doctest::Context doctest(only_list ? 2 : 1, arguments.data());
    doctest.setOption("reporters", "socks5spec");
    doctest.setOption("order-by", "suite");
    doctest.setOption("no-intro", true);
    doctest.setOption("test-suite", given().suites.c_str());
    doctest.setOption("test-case", given().cases.c_str());
    doctest.run();
}

/// Is there a server that lets us in? Otherwise each case would fail for the same reason.
void knock() {
    auto const socket = try_to_connect(server());
    auto const where = to_string(to_address(server()));
    if (!socket) throw usage_error("nobody listens on " + where + ": start your server first, or name it by --server");
    auto const selects = [](octet offered, octet selected) {
        client knocking;
        knocking.write(octets{5, 1, offered});
        return knocking.read_some(2, in_time()).octets == octets{5, selected};
    };
    if (!given().user && selects(0, 0xff) && selects(2, 2))
        throw usage_error("the server on " + where + " wants a login: give a user it knows, by --user NAME:PASSWORD");
    if (given().user && selects(2, 0xff) && selects(0, 0))
        throw usage_error("the server on " + where + " wants no login: leave out --user, or give the server that user");
}

int judge() {
    knock();
    auto const began = clock::now();
    run(false);
    the_report.took = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - began);
    if (given().format == "json") print_json(std::cout, the_report);
    if (given().format == "markdown") print_markdown(std::cout, the_report);
    if (given().format == "text") print_summary(std::cout, the_report);
    return exit_code(the_report);
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    try {
        if (!parse_options(argc, argv)) return 0;
        run(true);
        if (the_report.cases.empty()) throw usage_error("there is no such case; see --list");
        if (!given().list) return judge();
        print_list(std::cout, the_report);
        return 0;
    } catch (usage_error const& e) {
        std::cerr << "socks5spec: " << e.what() << '\n';
    } catch (over const&) {
        std::cerr << "socks5spec: the server does not answer: " << current().got << '\n';
    }
    return 2;
}
