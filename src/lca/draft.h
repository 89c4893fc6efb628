#pragma once
#include "base/diagnostic.h"
#include "lca/database.h"
#include "lca/report.h"
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace viresco::lca {

/// The place of an error, looked for only when there is one.
using Where = std::function<SourcePos()>;

/// Whether an amount lies so far from its distribution that samples would not lie around it: outside the limits, or
/// more than a tenth from the median or mean (lognormal: the mode and the mean are as good a choice as the median).
bool far_from_middle(const Distribution&, double amount);
std::string describe(const Distribution&);

/// A unit name that inventories use ("kg", "Item(s)", "t*km") or that Viresco's units know.
bool conventional_unit(const std::string& name);

/// A copy of a database that an importer fills; commit() puts it in the place of the original, so that an import that
/// fails leaves nothing behind. For formats that name units but have no unit groups.
class Draft {
public:
    Draft(const Database& original, ImportReport&, Diagnostics&);

    Database& db() { return db_; }
    ImportReport& report() { return report_; }
    Diagnostics& diagnostics() { return diagnostics_; }

    /// What a unit name stands for: a flow property and the factor to the reference unit of its group.
    struct Unit {
        int property = -1;
        double factor = 1;
    };
    /// The unit in the groups of the database, or in those every database gets at need (mass, energy, ..). A name that
    /// is in none becomes a group of its own (kind "unknown_unit" of the report), so that equal names still agree.
    Unit unit(const std::string& name);
    /// Whether a name is a unit of the database or one of those that every database gets; so are, from now on, names
    /// that Viresco's units know ("Mg", "mol"): converted where they measure the same as a unit of an inventory.
    bool knows(const std::string& name);
    std::vector<std::string> known_units() const;
    /// A unit of the format's own table; `reference` is another unit of the same quantity.
    void define_unit(const std::string& name, const std::string& quantity, double factor, const std::string& reference);

    /// Adds the flow, or finds the one with its id (kept as it is). `unit_name`: the unit its source counts it in.
    int flow(Flow, const std::string& unit_name);
    int location(const std::string& code);
    /// Adds the process or replaces the one with its id. The same id twice in one import is an error at `where`.
    int process(Process, const Where& where);
    int category(ImpactCategory, const Where& where);

    /// Fills unit, property and to_reference of an exchange of db().flows[e.flow]. An error at `where` where the unit
    /// measures something the flow is not known in.
    bool set_unit(Exchange&, const std::string& unit_name, const std::string& process_name, const Where& where);
    /// Takes a distribution over, or leaves the amount certain and says why: no spread, wrong limits, wrong sign.
    void set_distribution(Exchange&, const Distribution&, const std::string& process_id,
                          const std::string& process_name);

    /// Where a formula stands, for its errors.
    void note_formula(const std::string& formula, const SourcePos& where) { formulas_.emplace(formula, where); }
    /// Gives the exchanges with formulas the amounts these give (formats that carry the formula only), then calls
    /// `after(process, exchange)` for each. False after errors: unknown names, circular parameters.
    bool evaluate_formulas(const std::function<void(int, int)>& after);

    /// Reports what was found per process and replaces the original. False, changing nothing, after errors.
    bool commit(Database& original);

private:
    int unit_group(const std::string& name, const std::string& reference);

    Database db_;
    ImportReport& report_;
    Diagnostics& diagnostics_;
    int errors_before_;
    std::map<std::string, Unit> units_;
    std::map<std::string, bool> seen_;          // ids of this import
    std::map<std::string, int> without_spread_; // process id -> exchanges
    std::map<std::string, SourcePos> formulas_;
};

} // namespace viresco::lca
