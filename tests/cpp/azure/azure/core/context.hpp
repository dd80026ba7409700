// What the credential and its tests use of <azure/core/context.hpp>, with the names, types and meaning of azure-core
// 1.16.2.

#ifndef AZURE_CORE_CONTEXT_HPP
#define AZURE_CORE_CONTEXT_HPP

#include "azure/core/datetime.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace Azure {
namespace Core {

class OperationCancelledException final : public std::runtime_error {
public:
    explicit OperationCancelledException(const std::string &what) : std::runtime_error(what) {}
};

// A handle: copies share one state, and children end with their parents.
class Context final {
public:
    Context() : Context(nullptr, (DateTime::max)()) {}

    Context WithDeadline(const DateTime &deadline) const { return Context(state_, deadline); }

    DateTime GetDeadline() const {
        DateTime::rep earliest = (DateTime::max)().time_since_epoch().count();
        for (const State *state = state_.get(); state; state = state->parent.get())
            earliest = (std::min)(earliest, state->deadline.load());
        return DateTime(DateTime::time_point(DateTime::duration(earliest)));
    }

    void Cancel() { state_->deadline = (DateTime::min)().time_since_epoch().count(); }

    bool IsCancelled() const { return GetDeadline() < DateTime(std::chrono::system_clock::now()); }

    void ThrowIfCancelled() const {
        if (IsCancelled())
            throw OperationCancelledException("Request was cancelled by context.");
    }

private:
    struct State final {
        State(std::shared_ptr<State> of, DateTime::rep until) : parent(std::move(of)), deadline(until) {}

        std::shared_ptr<State> parent;
        std::atomic<DateTime::rep> deadline;
    };

    Context(std::shared_ptr<State> parent, const DateTime &deadline)
        : state_(std::make_shared<State>(std::move(parent), deadline.time_since_epoch().count())) {}

    std::shared_ptr<State> state_;
};

} // namespace Core
} // namespace Azure

#endif // AZURE_CORE_CONTEXT_HPP
