#pragma once
#include "matter/component.h"
#include "schedule/time.h"
#include "text/node.h"
#include <string>
#include <vector>

namespace viresco::schedule {

/// Identical units of equipment, one as good as another.
struct Pool {
    std::string name;
    matter::Title title;
    SourcePos pos;
    int count = 1;   ///< >= 1
    double size = 0; ///< SI, of one unit; 0: not given
    units::Unit unit;
};

/// What phases share and give back: CIP skids, people, steam, water for injection.
struct Resource {
    std::string name;
    matter::Title title;
    SourcePos pos;
    std::int64_t capacity = 1; ///< in steps of `step` of `unit`
    double step = 1;
    units::Unit unit; ///< as the capacity is written; empty text: a plain number
};

struct Use {
    int resource = -1;       ///< index in Facility::resources
    std::int64_t amount = 0; ///< in the steps of the resource, > 0
};

/// The smallest part of a recipe: lasts, and holds resources as it does.
struct Phase {
    std::string name;
    Ticks duration = 0;
    std::vector<Use> uses;
    const text::Node* given = nullptr; ///< where its duration is written; null: the other side of a transfer tells
};

enum class Role { setup, process, turnaround };

/// Phases one after the other, without a pause between them.
struct Operation {
    std::string name;
    matter::Title title;
    Role role = Role::process;
    std::vector<Phase> phases;
    SourcePos pos;
    Ticks duration() const;
};

/// Operations one after the other in one unit of a pool, which is occupied from the first to the end of the last.
struct UnitProcedure {
    std::string name;
    matter::Title title;
    int pool = -1;
    int cycles = 1;                    ///< how often the operations of Role::process are gone through
    double filling = 0;                ///< SI, in the dimension of the pool's size; 0: not given
    std::vector<Operation> operations; ///< set-up first, turnaround last
    SourcePos pos;
};

/// An operation of a recipe by its indices.
struct Step {
    int procedure = 0, operation = 0;
    friend bool operator==(const Step&, const Step&) = default;
};

/// `to` starts at least `lag` after the end (or the start) of `from`. Of a procedure with several cycles, the last
/// cycle is meant where something comes after it, the first where it comes after something.
struct Link {
    Step from, to;
    bool from_start = false;
    Ticks lag = 0;
    SourcePos pos;
};

/// What one vessel gives the other takes: both operations start together, both vessels are occupied.
struct Transfer {
    Step giver, taker;
    SourcePos pos;
};

/// ISA-88 recipe procedure of one product.
struct Recipe {
    std::string name;
    matter::Title title;
    SourcePos pos;
    std::vector<UnitProcedure> procedures;
    std::vector<Link> links;
    std::vector<Transfer> transfers;
    double output = 0; ///< SI, of one batch; 0: not given
    units::Unit output_unit;
    const text::Node* output_given = nullptr;
    double demand = 0; ///< SI, per year, in the dimension of `output`; 0: not given
    SourcePos demand_pos;
    Ticks cycle = 0; ///< between starts of batches, as given; 0: the shortest
    SourcePos cycle_pos;
};

struct Campaign {
    int recipe = 0;
    std::int64_t batches = 0; ///< 0: as many as fit
    Ticks changeover = 0;     ///< of each pool, from its last batch of another product in this train
    int train = 0;            ///< campaigns of one train follow each other, trains run side by side
    SourcePos pos;
};

/// Everything of a `kind: recipe` file.
struct Facility {
    matter::Title title;
    std::vector<Pool> pools;
    std::vector<Resource> resources;
    std::vector<Recipe> recipes;
    std::vector<Campaign> campaigns;
    std::vector<std::string> trains; ///< names; one without a name where the file gives none
    Ticks operating_time = 0;        ///< per year

    /// Pools and resources alike limit what can run at a time: index of the pool, or pools.size() + of the resource.
    int n_limits() const { return static_cast<int>(pools.size() + resources.size()); }
    std::int64_t capacity(int limit) const;
    const std::string& limit_name(int limit) const;
    const matter::Title& limit_title(int limit) const;
    bool is_pool(int limit) const { return limit < static_cast<int>(pools.size()); }
};

} // namespace viresco::schedule
