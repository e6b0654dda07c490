/// Bugs in the relay when one side resets its connection.
#include "zoo/animal.hpp"

#include <thread>

namespace zoo {

namespace {

struct without_reset : altered_stream {
    using altered_stream::altered_stream;

    void reset_on_close() {}
};

struct turns_reset_into_end : altered<turns_reset_into_end, without_reset> {};

struct seems_connected : altered_stream {
    using altered_stream::altered_stream;

    bool connected() const { return true; }
};

/// The system tells only one of the pumps, and so an end may be none. So that the bug shows each time, the pump that
/// was told on writing takes its time to tell the other one.
struct forgets_reset_on_writing : altered<forgets_reset_on_writing, seems_connected> {
    void write(network::stream& to, std::span<octet const> data) {
        told_late([&] { altered::write(to, data); });
    }

    std::size_t move_some(network::pipe& p) {
        std::size_t n = 0;
        told_late([&] { n = altered::move_some(p); });
        return n;
    }

private:
    void told_late(auto writes) {
        try {
            writes();
        } catch (std::exception const&) {
            if (relaying()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
            throw;
        }
    }
};

/// The other side stays open.
struct never_woken : altered_stream {
    using altered_stream::altered_stream;

    void shutdown_receive() {}
    void end() {
        if (!animal->relaying() || animal->stopping()) altered_stream::end();
    }
};

struct ignores_reset : altered<ignores_reset, never_woken> {};

}  // namespace

animals in_resets() {
    return {
        {"turns-reset-into-end", "passes on a reset as an end", serve<turns_reset_into_end>},
        {"forgets-reset-on-writing", "takes for an end what comes behind a reset", serve<forgets_reset_on_writing>},
        {"ignores-reset", "leaves one side open when the other was reset", serve<ignores_reset>},
    };
}

}  // namespace zoo
