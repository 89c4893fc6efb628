#pragma once
#include "lang/model.h"
#include "matter/component.h"
#include "plant/library.h"
#include "plant/unit_type.h"
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace viresco::schedule {
class Timetable;
}

namespace viresco::plant {

/// Values that replace those of the files: scenario, command line. Addresses as in docs/language.md.
class Overrides {
public:
    struct Entry {
        std::string path;
        const text::Node* value = nullptr;
        SourcePos pos;
        bool used = false;
    };
    void add(std::string path, const text::Node* value, SourcePos pos);
    /// The override of a full path ("enzymatic.filter.wash" or through "*.filter.wash"), the last one given.
    const text::Node* find(const std::string& full_path);
    /// Members that are overridden in a table: "enzymatic.still.recovery" -> {"water", ..}.
    std::vector<std::string> members(const std::string& table) const;
    const std::vector<Entry>& entries() const { return entries_; }

private:
    std::vector<Entry> entries_;
};

/// A value of a continuous parameter other than the file's default.
struct Setting {
    int parameter = -1;
    double si = 0;
    matter::Datum datum{}; ///< as the override gives it: the value may have a spread of its own
};

struct Feed {
    std::string name;
    matter::Title title;
    SourcePos pos;
    std::string phase = "liquid", section;
    bool free = false;                                       // supply: none
    std::vector<std::pair<std::string, std::string>> supply; // component ("" = all) -> item
    SourcePos supply_pos;
};

struct Product {
    enum class As { product, coproduct, air, wastewater, waste, internal };
    std::string name;
    matter::Title title;
    SourcePos pos, item_pos; // of the name, and of its treatment or supply where one is given
    As as = As::product;
    std::string component, treatment, supply, section;
    std::string from_step; // product of an inventory step
};

/// From an outlet (or feed) to an inlet (or product).
struct Stream {
    std::string id;                   // "filter.filtrate -> extractor.feed"
    std::string from_unit, from_port; // from_port empty: a feed
    std::string to_unit, to_port;     // to_port empty: a product
    std::string path;                 // full path whose m, T, H .. are the stream's
    std::string phase;
    SourcePos pos;
    bool torn = false;
};

struct EnergyTerm {
    std::string name, path;
    bool in = true, closing = false;
};

struct Use {
    std::string carrier, path; // path: full name of the amount
    SourcePos pos;
};

struct Check {
    std::string path; // condition value: 1 holds
    const text::Node* node = nullptr;
    const lang::Scope* scope = nullptr;
};

struct Equipment {
    std::string name, prefix; // prefix "<route>.<unit>.capital."
    SourcePos pos;
    std::set<std::string> given;
    std::vector<std::string> parts; ///< names of the itemised installation factors
};

struct UnitInstance {
    std::string name, section, prefix; // prefix "<route>.<unit>."
    matter::Title title;
    SourcePos pos;
    std::shared_ptr<const UnitType> type; // null: an inventory step
    std::vector<EnergyTerm> energy;
    std::string closing; // "cooling" or "out.T"
    std::vector<Use> uses;
    std::vector<std::string> sizes; // full paths of `size:`
    std::vector<Check> checks;
};

/// What crosses the boundary. Attributes are named values `<route>.amount[<id>]`, `.mass[..]`, `.m[.., c]`.
struct Exchange {
    enum class Kind { input, product, coproduct, air, wastewater, waste };
    std::string id;
    matter::Title title;
    Kind kind = Kind::input;
    std::string item; // background item; empty: none
    std::string step, unit;
    SourcePos pos;
    std::string stream;     // full path of the stream; empty: known by amount only
    std::string component;  // only this component of the stream
    std::string amount;     // full path of the amount where there is no stream
    std::string content;    // full path of J per kg where heat is bought as mass
    bool inventory = false; // an inventory step's consumption or production
    lang::Member member = -1;
};

/// One route, expanded into the model.
/// The recipe that a plant follows: its durations are values of the plant, and so are its times.
struct PlantRecipe {
    std::shared_ptr<const schedule::Timetable> timetable;
    SourcePos pos;
    std::string path;                   ///< full path, "enzymatic.recipe"
    std::vector<std::string> inputs;    ///< full paths of the durations, as in timetable->durations()
    std::vector<lang::NodeId> outcomes; ///< as the timetable has them
};

struct Plant {
    std::string route, prefix; // prefix "enzymatic."
    matter::Title title;
    const lang::Scope* scope = nullptr;
    std::vector<std::pair<std::string, matter::Title>> sections;
    std::vector<Feed> feeds;
    std::vector<Product> products;
    std::deque<UnitInstance> units;
    std::vector<Stream> streams;
    std::vector<Exchange> exchanges;
    std::vector<Equipment> equipment;
    std::optional<PlantRecipe> recipe;
    std::string product_path; // full path of the product's mass flow [kg/s]
    bool has_streams = false;
};

/// "Vary this to meet that."
struct Specification {
    std::string name;
    const text::Node* until = nullptr;
    const text::Node* from = nullptr; // start; null: the parameter's own value
    const lang::Scope* scope = nullptr;
    SourcePos pos;
    bool used = false;
};

/// What runs in time, gathered while plants and models are declared.
struct Dynamics {
    struct Event {
        std::string path; ///< full
        SourcePos pos;
        const lang::Scope* scope = nullptr;
        lang::ExprPtr when;
        std::vector<std::tuple<std::string, SourcePos, lang::ExprPtr>> set; ///< state as written, its new value
        bool ends = false;
        int phase_state = -1, phase = 0; ///< happens only while this state has this number
    };
    std::map<std::string, int> states; ///< full path with members -> index in Model::states()
    std::vector<Event> events;
    std::vector<std::function<void()>> checks; ///< of stoichiometry, once every parameter is declared
    std::set<const text::Node*> checked;       ///< reaction models whose continuity is looked at
    std::vector<std::string> unvalidated;      ///< reasons, of reaction models and units in use
    struct Exception {
        std::string prefix, quantity, reason; ///< of a unit; what a process breaks, as published
    };
    std::vector<Exception> exceptions;
    std::set<std::string> driven; ///< addresses of parameters that a time series sets: held states
};

/// Everything the routes of a case share while they are built.
struct Context {
    Library& library;
    lang::Model& model;
    matter::ComponentTable& components;
    Overrides& overrides;
    std::vector<Setting>& settings;
    std::map<std::string, std::shared_ptr<const UnitType>> unit_types;
    std::vector<std::string> addresses;          // every address that may be overridden
    std::map<std::string, Specification> varied; // by full path of what is varied
    Dynamics dynamics{};
    SourcePos instance{}; // the unit of the plant whose parameters are being declared
};

/// Registers component properties, tags and states as names of the model.
void declare_components(Context&);

/// Declares one parameter under prefix + name; `given` (may be null) is the plant's value, formulas in it
/// are read in `given_scope`, those of the declaration in `own_scope`. `reactions`: names for `per: reaction`.
void declare_parameter(Context&, const std::string& prefix, const ParameterDeclaration&, const text::Node* given,
                       const lang::Scope* given_scope, const lang::Scope* own_scope,
                       const std::vector<std::string>& reactions);
/// The same for a plain number or formula that needs no declaration; `dim` is checked where >= 0.
void declare_value(Context&, const std::string& path, std::vector<std::string> members, const text::Node&,
                   const lang::Scope*, lang::DimId dim, const matter::Title& title);

/// Of m[c]: the component's basis per second.
lang::DimId flow_dimension(Context&, lang::Indices component);

/// Declares m, T, p and everything stream.yaml says under `path`.
void declare_port(Context&, const std::string& path, const std::string& phase);

/// `layers: 1..10` or `[a, b, c]` becomes the set `prefix + key`.
void declare_set(Context&, const std::string& prefix, const text::Node::Entry&);
/// One entry of `states:`. `given`: the plant's start values, in its scope; else those of the entry hold.
void declare_state(Context&, const std::string& prefix, const lang::Scope* own_scope, const text::Node::Entry&,
                   const text::Node* given, const lang::Scope* given_scope);
void declare_event(Context&, const std::string& prefix, const lang::Scope*, const text::Node::Entry&);
/// `phases:`: one after the other, each with its end; `prefix + phase` is the number of the present one.
void declare_phases(Context&, const std::string& prefix, const lang::Scope*, const text::Node&);
/// Events with their conditions and new values expanded; states must be closed.
std::vector<lang::Event> close_events(Context&);

/// Binds a reaction model (`kind: reactions`) to a unit: parameters under `<prefix>reactions.`, the sets `reacting` and
/// `processes`, `rate[j]`, `coefficient[j, c]` and `production[c]` [basis/(m3 s)]. Component symbols in its formulas are
/// the members of the family `prefix + concentration`.
void declare_kinetics(Context&, const std::string& prefix, const std::string& concentration, const lang::Scope* unit,
                      const text::Node& given, const lang::Scope* given_scope);

/// Builds a route from its `kind: plant` file.
Plant build_plant(Context&, const text::Node& file, const std::string& route);

/// Names of the plant's sections and units, for suggestions.
const matter::Title& section_title(const Plant&, const std::string& name);

} // namespace viresco::plant
