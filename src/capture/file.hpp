/// What a recording is written to. Only this knows the calls of the system.
#pragma once

#include "socks5/octets.hpp"

#include <chrono>
#include <span>
#include <string>
#include <system_error>

namespace capture {

/// A file, or a pipe.
class output_file {
public:
    /// For its owner only. What it held is lost. Throws std::system_error.
    explicit output_file(std::string const& path);

    ~output_file();

    output_file(output_file const&) = delete;
    output_file& operator=(output_file const&) = delete;

    /// Writes all of it, or says why not: std::errc::timed_out when the reader of a pipe takes nothing for so long.
    std::error_code write(std::span<socks5::octet const> data, std::chrono::milliseconds patience) const;

    /// What stands behind so many octets is lost. A pipe cannot do it, and nothing helps if a file cannot.
    void cut(std::uint64_t size) const;

private:
    int const descriptor_;
};

}  // namespace capture
