#include "socks5spec/judge.hpp"

#include "socks5spec/cases.hpp"
#include "socks5spec/client.hpp"
#include "socks5spec/plain.hpp"

#include <unistd.h>

#include <iostream>

namespace spec {

namespace {

/// Is there a server that lets us in? Otherwise each case would fail for the same reason.
void knock() {
    auto const where = to_string(to_address(server()));
    bool const listens = try_to_connect(server()).has_value();  // and has left again: some serve one after the other
    if (!listens) throw usage_error("nobody listens on " + where + "; start your server first, in another terminal");
    auto const selects = [](octet offered, octet selected) {
        auto const limit = in_time();
        try {
            client knocking;
            knocking.write(octets{5, 1, offered});
            return knocking.read_some(2, limit).octets == octets{5, selected};
        } catch (over const&) {
            if (clock::now() >= limit) throw;
            return false;  // the first knock has ended it, and the cases will say so
        }
    };
    if (!given().user && selects(0, 0xff) && selects(2, 2))
        throw usage_error("the server on " + where + " wants a login: give a user it knows, by --user NAME:PASSWORD");
    if (given().user && selects(2, 0xff) && selects(0, 0))
        throw usage_error("the server on " + where + " wants no login: leave out --user, or give the server that user");
}

/// One line on a terminal, which the next one overwrites.
void show_progress(std::string const& line) {
    static bool const terminal = ::isatty(STDERR_FILENO) == 1;
    if (terminal) std::cerr << "\r\033[K" << line << std::flush;
}

/// The connection is refused; a server that is only busy lets it wait.
bool has_stopped() {
    auto const limit = in_time();
    return !try_to_connect(server(), limit) && clock::now() < limit;
}

class judging {
public:
    explicit judging(std::vector<result> cases) { whole_.cases = std::move(cases); }

    report run() {
        auto const began = clock::now();
        try_plain_uses();
        for (std::size_t i = 0; i < whole_.cases.size(); ++i) {
            auto& next = whole_.cases[i];
            show_progress(std::to_string(i + 1) + '/' + std::to_string(whole_.cases.size()) + ' ' + next.name());
            try_one(next);
            show_progress("");
            if (given().format == "text") tell(next);
        }
        if (has_stopped()) whole_.stopped = last_;
        whole_.took = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - began);
        return whole_;
    }

private:
    /// Silently. Those of BIND and UDP ASSOCIATE only when their chapters are asked for.
    void try_plain_uses() {
        for (auto const& use : plain::all) {
            auto const asked_for = [&](result const& c) { return c.chapter() == use.chapter; };
            if (use.chapter >= 10 && std::ranges::none_of(whole_.cases, asked_for)) continue;
            show_progress(use.name);
            auto const tried = try_case(use.name);
            remember_last(tried, use.name);
            if (tried.end != outcome::failed || to_mend_first(tried, use.name)) continue;
            broken_.insert(use.name);
            if (use.chapter == 4) return;  // without a greeting or a login nothing is possible
        }
    }

    void try_one(result& next) {
        if (!whole_.stopped.empty()) {
            next.trial.end = outcome::not_run;
            next.trial.got = "the server has stopped";
            return;
        }
        next.trial = try_case(next.name());
        remember_last(next.trial, next.name());
        blame_plain_use(next);
        if (next.trial.end != outcome::failed || !has_stopped()) return;
        whole_.stopped = last_;
        next.trial.cause = "The server has stopped: nobody listens any more. The last thing it saw: " + last_ +
                           ". Look for a crash (SIGSEGV), an exception that nobody catches, SIGPIPE, or exit().";
    }

    /// The first of the broken plain uses on which this case stands, itself not counted.
    std::optional<plain_use> to_mend_first(trial const& tried, std::string const& name) const {
        for (auto const& use : tried.stands_on) {
            if (use.name == name) return {};
            if (broken_.contains(use.name)) return use;
        }
        return {};
    }

    /// Whatever seems to be wrong, it is not what the case is about.
    void blame_plain_use(result& done) const {
        auto const use = to_mend_first(done.trial, done.name());
        if (!use) return;
        auto const chosen = std::ranges::find(whole_.cases, use->name, &result::name) != whole_.cases.end();
        auto const chapter = "chapter " + std::to_string(use->chapter);
        auto const where = chosen ? chapter : "--" + chapter + " shows it";
        auto const first = std::string("mend \"") + use->name + "\" first (" + where + ')';
        if (done.trial.end == outcome::failed) done.trial.cause = "The plainest use fails, too: " + first + '.';
        if (done.trial.end != outcome::not_supported) return;
        done.trial.end = outcome::not_run;  // it cannot be told whether it is supported
        done.trial.got = first;
    }

    /// The last message to the server, or whatever else is in the story; in an empty one, nothing has happened.
    void remember_last(trial const& tried, std::string const& name) {
        if (tried.story.empty()) return;
        auto last = tried.story.back().text;
        for (auto const& event : tried.story)
            for (std::string_view const sent : {"client -> server  ", "client => server  "})
                if (event.text.starts_with(sent)) last = event.text.substr(sent.size());
        last_ = last + ", in \"" + name + '"';
    }

    static void tell(result const& done) {
        if (done.trial.end == outcome::failed) print_failure(std::cout, done);
        if (given().verbose && done.trial.end != outcome::failed)
            std::cout << '\n' << word(done.trial.end) << "  " << done.name() << '\n' << told(done.trial.story);
        std::cout << std::flush;
    }

    report whole_;
    std::set<std::string> broken_;  ///< plain uses that fail
    std::string last_ = "a client that connects";
};

}  // namespace

report judge(std::vector<result> cases) {
    knock();
    return judging(std::move(cases)).run();
}

}  // namespace spec
