#include "schedule/recipe.h"

namespace viresco::schedule {

Ticks Operation::duration() const {
    Ticks sum = 0;
    for (const Phase& p : phases) sum += p.duration;
    return sum;
}

std::int64_t Facility::capacity(int limit) const {
    return is_pool(limit) ? pools[static_cast<size_t>(limit)].count
                          : resources[static_cast<size_t>(limit) - pools.size()].capacity;
}

const std::string& Facility::limit_name(int limit) const {
    return is_pool(limit) ? pools[static_cast<size_t>(limit)].name
                          : resources[static_cast<size_t>(limit) - pools.size()].name;
}

const matter::Title& Facility::limit_title(int limit) const {
    return is_pool(limit) ? pools[static_cast<size_t>(limit)].title
                          : resources[static_cast<size_t>(limit) - pools.size()].title;
}

} // namespace viresco::schedule
