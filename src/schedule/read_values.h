#pragma once
#include "base/diagnostic.h"
#include "matter/component.h"
#include "schedule/time.h"
#include "text/node.h"
#include <optional>
#include <string>
#include <vector>

namespace viresco::schedule {

/// The `title:` of an entry; its key where it gives none.
matter::Title title_of(const text::Node::Entry&, Diagnostics&);

template <class T>
std::vector<std::string> names_of(const std::vector<T>& list) {
    std::vector<std::string> out;
    for (const T& t : list) out.push_back(t.name);
    return out;
}

/// -1: there is none of that name.
template <class T>
int index_of(const std::vector<T>& list, const std::string& name) {
    for (size_t i = 0; i < list.size(); ++i)
        if (list[i].name == name) return static_cast<int>(i);
    return -1;
}

/// The values of recipe files: spans of time in ticks, whole numbers, positive quantities. Errors at their places.
class Values {
public:
    explicit Values(Diagnostics& d) : d_(d) {}

    /// A quantity of time >= 0 and at most 10 years, alone or as {value, range, evidence, source}, to the nearest tick.
    Ticks time(const text::Node&, const std::string& name);
    /// A quantity of time of either sign.
    Ticks lag(const text::Node&);
    std::int64_t whole(const text::Node&, const std::string& name, std::int64_t low, std::int64_t high);
    std::optional<matter::Datum> positive(const text::Node&, const std::string& name);
    /// In millionths, to the nearest; at most 1e15 of them.
    static std::int64_t steps(double value);

private:
    Diagnostics& d_;
};

} // namespace viresco::schedule
