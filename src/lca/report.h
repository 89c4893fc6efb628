#pragma once
#include "base/message.h"
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace viresco::lca {

/// One thing that was not taken over as it stands in the source: what, where, and what could be done instead.
struct Finding {
    std::string kind;                    ///< stable word, also the key of the count: "unlinked_input", "unknown_unit"
    std::string process, flow;           ///< ids (of a method: the category's id in `process`); may be empty
    Message text;                        ///< the whole sentence
    std::vector<std::string> candidates; ///< process or flow ids that would do, best first
};

/// What an import did. Counts have stable names ("processes", "exchanges", ..); every finding is counted under its kind.
struct ImportReport {
    std::map<std::string, int> counts;
    std::vector<Finding> findings;

    void count(const std::string& name, int n = 1) { counts[name] += n; }
    void add(std::string kind, std::string process, std::string flow, Message text,
             std::vector<std::string> candidates = {}) {
        ++counts[kind];
        findings.push_back(
            {std::move(kind), std::move(process), std::move(flow), std::move(text), std::move(candidates)});
    }
    int operator[](const std::string& name) const {
        const auto found = counts.find(name);
        return found == counts.end() ? 0 : found->second;
    }
};

/// A number for a sentence: six digits.
std::string short_text(double);

/// What linking a database did: counts by name and every exchange that is not linked as the file says.
struct LinkReport : ImportReport {};

} // namespace viresco::lca
