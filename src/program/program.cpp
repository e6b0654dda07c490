#include "program/program.hpp"

#include "network/addresses.hpp"

#include <boost/date_time/c_time.hpp>

#include <cstdlib>
#include <iostream>

namespace plainsocks {

using network::tcp;

printer out(std::cout, console::output), err(std::cerr, console::error);

namespace {

std::string name = "plainsocks";  // of this program, once main_of() knows it

std::string now() {
    auto const seconds = std::time(nullptr);
    std::tm local{};
    boost::date_time::c_time::localtime(&seconds, &local);
    char text[sizeof "2026-01-01 00:00:00"];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local)};
}

}  // namespace

void printer::operator()(std::string const& text) {
    std::lock_guard const lock(mutex_);
    if (lost_ > 0 && write("lost, because nobody has read them: " + std::to_string(lost_) + " lines\n")) lost_ = 0;
    if (lost_ > 0 || !write(text)) ++lost_;
}

bool printer::write(std::string_view text) {
    while (!text.empty()) {
        auto const part = text.substr(0, waits_ ? text.size() : room(console_));
        if (part.empty()) return false;
        to_ << part << std::flush;
        text.remove_prefix(part.size());
    }
    return true;
}

void client_log::write(session::record const& record) {
    std::lock_guard const lock(mutex_);
    auto const at = session::clock::now();
    write_what_was_left_out(at);
    auto& limit = record.end == session::record::login_failed ? failed_logins_ : without_request_;
    if (record.request || limit.admits(at)) line(record.line());
}

void client_log::end() {
    std::lock_guard const lock(mutex_);
    write_what_was_left_out(session::time_point::max());
}

void client_log::line(std::string const& text) { out(now() + ' ' + text + '\n'); }

void client_log::write_what_was_left_out(session::time_point at) {
    if (auto const n = failed_logins_.left_out(at)) line("failed logins not shown: " + std::to_string(n));
    if (auto const n = without_request_.left_out(at)) line("clients without a request not shown: " + std::to_string(n));
}

void warn(std::string const& line) { err(name + ": " + line + '\n'); }

std::list<network::listener> listen(boost::asio::io_context& io, std::vector<tcp::endpoint> const& endpoints) {
    std::list<network::listener> listeners;
    for (auto const& endpoint : endpoints) {
        try {
            listeners.emplace_back(io, endpoint);
        } catch (boost::system::system_error const& e) {
            auto const in_use = e.code() == boost::asio::error::address_in_use;
            throw std::runtime_error(
                "cannot listen on " + to_string(network::to_address(endpoint)) + ": " + e.code().message() +
                (in_use ? "; is there another plainsocks? Choose another port with --listen" : ""));
        }
    }
    return listeners;
}

void announce(network::listener const& listener) { out("listening on " + to_string(listener.local()) + '\n'); }

void try_outgoing(boost::asio::io_context& io, boost::asio::ip::address const& address) {
    try {
        tcp::socket const probe(io, tcp::endpoint(address, 0));
    } catch (boost::system::system_error const& e) {
        throw std::system_error(e.code(), "cannot use --outgoing " + address.to_string());
    }
}

std::unique_ptr<capture::recorder> start_recording(options const& options) {
    if (options.pcap.empty()) return {};
    auto recorder = std::make_unique<capture::recorder>(options.pcap, warn);
    warn("recording to " + options.pcap + ", with all passwords and data; for wireshark -r " + options.pcap);
    return recorder;
}

void leave_threads_behind() {
    write_at_once(name + ": some threads did not end: a name is still looked up, or the log is not read\n");
    std::_Exit(0);
}

int main_of(program const& which, int argc, char** argv, void (*run)(options const&)) {
    name = which.name;
    ignore_signals_of_writing();
    std::cerr.tie(nullptr);  // an error must not wait for a log that nobody reads
    try {
        auto options = parse_options(which, argc, argv);
        if (!options) return 0;
        if (options->trace)
            options->settings.trace.emplace([](std::string const& text) { out(text); }, shows_colours(console::output));
        run(*options);
        return 0;
    } catch (usage_error const& e) {
        warn(std::string(e.what()) + "; see " + name + " --help");
        return 2;
    } catch (std::exception const& e) {
        warn(e.what());
        return 1;
    }
}

}  // namespace plainsocks
