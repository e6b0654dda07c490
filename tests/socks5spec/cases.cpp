#define DOCTEST_CONFIG_IMPLEMENT
#include "socks5spec/cases.hpp"

#include <doctest/doctest.h>

#include <sstream>

namespace spec {

namespace {

std::vector<result> found;

/// Takes from doctest which cases there are, and which of them throw what they should not.
class reporter : public doctest::IReporter {
public:
    explicit reporter(doctest::ContextOptions const&) {}

    void report_query(doctest::QueryData const& all) override {
        for (unsigned i = 0; i < all.num_data; ++i) {
            result next{.demand = all.data[i]->m_description, .suite = all.data[i]->m_test_suite};
            std::istringstream name(all.data[i]->m_name);
            name >> next.section >> next.level >> std::ws;
            std::getline(name, next.title);
            found.push_back(next);
        }
    }

    void test_case_exception(doctest::TestCaseException const& thrown) override {
        if (current().end != outcome::passed) return;
        current().end = outcome::failed;
        current().expected = "that the tester can go on";
        current().got = thrown.error_string.c_str();
    }

    void test_case_start(doctest::TestCaseData const&) override {}
    void test_case_end(doctest::CurrentTestCaseStats const&) override {}
    void test_run_start() override {}
    void test_run_end(doctest::TestRunStats const&) override {}
    void test_case_reenter(doctest::TestCaseData const&) override {}
    void subcase_start(doctest::SubcaseSignature const&) override {}
    void subcase_end() override {}
    void log_assert(doctest::AssertData const&) override {}
    void log_message(doctest::MessageData const&) override {}
    void test_case_skipped(doctest::TestCaseData const&) override {}
};

DOCTEST_REGISTER_REPORTER("socks5spec", 0, reporter);

void run(std::string const& suites, std::string const& cases, bool only_list) {
    std::array arguments{"socks5spec", "--list-test-cases"};
    doctest::Context doctest(only_list ? 2 : 1, arguments.data());
    doctest.setOption("reporters", "socks5spec");
    doctest.setOption("order-by", "suite");
    doctest.setOption("no-intro", true);
    doctest.setOption("test-suite", suites.c_str());
    doctest.setOption("test-case", cases.c_str());
    doctest.run();
}

}  // namespace

std::vector<result> chosen_cases() {
    found.clear();
    run(given().suites, given().cases, true);
    return found;
}

std::size_t number_of_cases() {
    found.clear();
    run("*", "*", true);
    return found.size();
}

trial try_case(std::string const& name) {
    auto filter = name;
    std::ranges::replace(filter, ',', '?');  // a comma would divide two filters; ? is any character
    current() = {};
    run("*", filter, false);
    return current();
}

}  // namespace spec
