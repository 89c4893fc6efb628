#pragma once
#include "plant/plant.h"
#include "plant/reaction.h"
#include <functional>

namespace viresco::plant {

/// Turns one `kind: plant` file into named values of the model, part by part: what crosses the boundary
/// (boundary.cpp), the units (unit_instance.cpp), the streams between them and their tearing
/// (connections.cpp), energy balances and utilities (utilities.cpp). Internal to plant/.
class Builder {
public:
    Builder(Context& c, const text::Node& file, const std::string& route);
    Plant build();

private:
    struct End {
        std::string unit, port; // unit empty: feed or product `port`
        SourcePos pos;
        const Port* declared = nullptr;
    };
    matter::Title title(const text::Node& map, const std::string& fallback);
    const text::Node* map_at(const text::Node& parent, const char* key);
    void name_of(const text::Node::Entry& e);
    std::string section_of(const text::Node& map, const std::string& fallback);
    void sections();
    void specifications();
    void operation();
    void labour();
    void recipe(); // recipe.cpp

    // boundary.cpp: what enters and leaves
    void flow_table(const std::string& port, const text::Node& flow);
    void composition(const std::string& port, const text::Node& feed, const text::Node& table);
    void concentrations(const std::string& port, const text::Node& feed, const text::Node& table);
    void feeds();
    void supply(Feed& feed, const text::Node& map, const SourcePos& pos);
    void temperature_and_pressure(const std::string& port, const text::Node& map);
    void products();
    std::string section_fed(const std::string& feed);
    void exchanges();
    void product_mass(const Product& p, const Exchange& x);

    // unit_instance.cpp
    void units();
    std::shared_ptr<const UnitType> type_of(const UnitInstance& unit, const text::Node& instance);
    void unit_operation(UnitInstance& unit, const text::Node& map);
    void states(const UnitType& type, const UnitInstance& unit, const text::Node& map, const lang::Scope* scope);
    void run_in_time(const UnitInstance& unit, const text::Node& run, const lang::Scope* scope);
    /// A statement of a unit file: its target must be a name of the unit or a variable of an outlet.
    void rule(const UnitType& type, const UnitInstance& unit, const lang::Scope* scope, const lang::Statement& s);
    std::vector<std::string> read_reactions(const UnitInstance& unit, const text::Node& map, const lang::Scope* scope);
    /// A named amount: formula or quantity in the unit's scope.
    void formula(const std::string& path, const lang::Scope* scope, const text::Node& node, lang::DimId want = -1);
    void energy(const UnitType& type, UnitInstance& unit, const lang::Scope* scope);
    void amounts(const UnitType& type, UnitInstance& unit, const lang::Scope* scope);
    void capital(const UnitInstance& unit, const text::Node& map);
    void inventory_step(UnitInstance& unit, const text::Node& map);

    // connections.cpp
    std::optional<End> end_of(const text::Node& node, size_t begin, const std::string& word, bool source);
    void connections();
    void connect(const End& from, const End& to, std::map<std::string, SourcePos>& sources,
                 std::map<std::string, SourcePos>& targets);
    /// Streams that close a loop, in the order of the file, are torn: a depth-first walk's back edges.
    void tear();
    /// What an inlet or a product tells is what its stream tells.
    void alias(const std::string& port, const std::string& source);
    /// A torn stream: unknowns m[c], T and p that must equal what the source sends.
    void torn_stream(Stream& s, int group);
    void wire();
    void many(const std::string& path, const std::vector<std::string>& sources);

    // utilities.cpp: energy balances, carriers
    /// Enthalpy in minus out plus the named terms but one.
    static lang::Value balance(lang::Model& m, const std::vector<std::string>& in, const std::vector<std::string>& out,
                               const SourcePos& pos);
    void close_energy();
    void utilities();

    Context& c_;
    lang::Model& m_;
    Diagnostics& d_;
    const text::Node& file_;
    Plant plant_;
    lang::DimId mass_flow_ = 0;
    int groups_ = 0;
    std::map<std::string, SourcePos> names_;
    std::map<std::string, std::vector<std::pair<lang::Member, std::string>>> flows_;
    std::map<std::string, size_t> product_streams_;
    std::set<const lang::Statement*> reported_;
    std::set<const Port*> reported_ports_;
    std::set<const UnitType*> not_closed_;        // their energy is already complained about
    std::map<std::string, SourcePos> defined_at_; // full path -> the equation that defines it
};

} // namespace viresco::plant
