#include "lca/providers.h"
#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

namespace viresco::lca {
namespace {

/// The words of a name, in lower case, each once; single characters are no help.
std::set<std::string> words(const std::string& name) {
    std::set<std::string> out;
    std::string word;
    for (size_t i = 0; i <= name.size(); ++i) {
        const auto c = i < name.size() ? static_cast<unsigned char>(name[i]) : ' ';
        const bool upper = c >= 'A' && c <= 'Z';
        if (upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80) {
            word += static_cast<char>(upper ? c - 'A' + 'a' : c);
        } else {
            if (word.size() > 1) out.insert(word);
            word.clear();
        }
    }
    return out;
}

std::string country(const std::string& location) { return location.substr(0, location.find('-')); }

} // namespace

Providers::Providers(const Database& db, const std::vector<Activity>& activities) : db_(db), activities_(activities) {
    for (size_t i = 0; i < activities.size(); ++i) by_flow_[activities[i].flow].push_back(static_cast<int>(i));
    const auto id = [&](int column) -> const std::string& {
        return db_.processes[static_cast<size_t>(activities_[static_cast<size_t>(column)].process)].id;
    };
    for (auto& [flow, columns] : by_flow_)
        std::sort(columns.begin(), columns.end(), [&](int a, int b) { return id(a) < id(b); });
}

const std::vector<int>& Providers::of(int flow) const {
    static const std::vector<int> none;
    const auto found = by_flow_.find(flow);
    return found == by_flow_.end() ? none : found->second;
}

int Providers::find(int process, int flow) const {
    for (const int column : of(flow))
        if (activities_[static_cast<size_t>(column)].process == process) return column;
    return -1;
}

int Providers::rank(int column, int consumer) const {
    const int process = activities_[static_cast<size_t>(column)].process;
    if (process == consumer) return 4;
    const std::string& here = db_.processes[static_cast<size_t>(consumer)].location;
    const std::string& there = db_.processes[static_cast<size_t>(process)].location;
    if (there == here) return 0;
    if (!here.empty() && country(there) == country(here)) return 1;
    return there.empty() || there == "GLO" || there == "RoW" ? 2 : 3;
}

Providers::Ranked Providers::ranked(int flow, int consumer) const {
    std::vector<std::pair<int, int>> order;
    for (const int column : of(flow)) order.emplace_back(rank(column, consumer), column);
    std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    Ranked r;
    for (const auto& [k, column] : order) r.columns.push_back(column);
    r.settled = order.size() == 1 || (order.size() > 1 && order[0].first < order[1].first);
    return r;
}

int Providers::unit_group(int flow) const {
    const auto& properties = db_.flows[static_cast<size_t>(flow)].properties;
    if (properties.empty() || properties[0].property < 0) return -1;
    return db_.properties[static_cast<size_t>(properties[0].property)].unit_group;
}

const std::vector<std::string>& Providers::similar(int flow) {
    if (const auto known = similar_.find(flow); known != similar_.end()) return known->second;
    const auto name_of = [&](int column) -> const std::string& {
        return db_.flows[static_cast<size_t>(activities_[static_cast<size_t>(column)].flow)].name;
    };
    if (n_words_.empty())
        for (size_t i = 0; i < activities_.size(); ++i) {
            const auto all = words(name_of(static_cast<int>(i)));
            n_words_.push_back(static_cast<double>(all.size()));
            for (const auto& w : all) by_word_[w].push_back(static_cast<int>(i));
        }

    // Shared words count by their rarity; the words of the longer name that are not shared count against it.
    const auto wanted = words(db_.flows[static_cast<size_t>(flow)].name);
    const double n = static_cast<double>(activities_.size());
    std::unordered_map<int, double> score;
    for (const auto& w : wanted) {
        const auto found = by_word_.find(w);
        if (found == by_word_.end()) continue;
        const double weight = std::log1p(n / static_cast<double>(found->second.size()));
        for (const int column : found->second) score[column] += weight;
    }
    std::vector<std::tuple<double, std::string>> best;
    for (const auto& [column, shared] : score) {
        if (unit_group(activities_[static_cast<size_t>(column)].flow) != unit_group(flow)) continue;
        const double size = std::max(static_cast<double>(wanted.size()), n_words_[static_cast<size_t>(column)]);
        best.emplace_back(-shared / std::sqrt(size),
                          db_.processes[static_cast<size_t>(activities_[static_cast<size_t>(column)].process)].id);
    }
    std::sort(best.begin(), best.end());
    auto& out = similar_[flow];
    for (size_t i = 0; i < best.size() && out.size() < 5; ++i)
        if (out.empty() || out.back() != std::get<1>(best[i])) out.push_back(std::get<1>(best[i]));
    return out;
}

} // namespace viresco::lca
