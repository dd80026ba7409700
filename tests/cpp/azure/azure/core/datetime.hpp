// What the credential uses of <azure/core/datetime.hpp>, with the names, types and meaning of azure-core 1.16.2.

#ifndef AZURE_CORE_DATETIME_HPP
#define AZURE_CORE_DATETIME_HPP

#include <chrono>
#include <cstdint>
#include <ratio>

namespace Azure {

namespace _detail {

// Counts tenths of a microsecond from the first day of the year 1.
struct Clock final {
    using rep = std::int64_t;
    using period = std::ratio<1, 10000000>;
    using duration = std::chrono::duration<rep, period>;
    using time_point = std::chrono::time_point<Clock>;
    static constexpr bool is_steady = std::chrono::system_clock::is_steady;
};

} // namespace _detail

class DateTime final : public _detail::Clock::time_point {
public:
    constexpr DateTime() = default;

    // The first moment of `year`, in UTC.
    explicit DateTime(std::int16_t year) : time_point(std::chrono::hours(24) * days_before(year)) {}

    constexpr DateTime(const time_point &moment) : time_point(moment) {}

    DateTime(const std::chrono::system_clock::time_point &moment)
        : time_point(DateTime(1970) + std::chrono::duration_cast<duration>(moment.time_since_epoch())) {}

private:
    static std::int64_t days_before(std::int16_t year) {
        const std::int64_t past = year - 1;
        return past * 365 + past / 4 - past / 100 + past / 400;
    }
};

} // namespace Azure

#endif // AZURE_CORE_DATETIME_HPP
