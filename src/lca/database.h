#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace viresco::lca {

/// A life-cycle inventory database in memory: what every importer makes and every exporter reads. Entities are kept
/// in vectors and refer to each other by position (-1: none); `id` is the source's own (a UUID where it has one).
/// Amounts stay in the source's unit beside the factor to the reference unit of the flow's reference property.

/// Distribution of an amount, in the unit of the amount. Lognormal: a = mu = ln |median|, b = sigma (> 0), times
/// the sign of the amount. Normal: a = mean, b = standard deviation. Triangular: a = minimum, b = mode, c = maximum.
/// Uniform: a = minimum, b = maximum.
struct Distribution {
    enum class Kind : uint8_t { none, lognormal, normal, triangular, uniform };
    Kind kind = Kind::none;
    double a = 0, b = 0, c = 0;

    bool given() const { return kind != Kind::none; }
    /// False where no sample can be drawn: no spread, limits in the wrong order, a figure that is not finite.
    bool valid() const;
    /// The distribution of a positive factor times the amount.
    Distribution scaled(double factor) const;
};

struct UnitOfGroup {
    std::string id, name;
    double factor = 1; ///< one of this unit = factor reference units of the group
    std::vector<std::string> synonyms;
};
struct UnitGroup {
    std::string id, name;
    std::vector<UnitOfGroup> units;
    int reference = 0; ///< index into units
};
struct FlowProperty {
    std::string id, name;
    int unit_group = -1;
};

enum class FlowType : uint8_t { product, waste, elementary };
struct PropertyFactor {
    int property = -1;
    double factor = 1; ///< amount in this property = factor x amount in the reference property
};
struct Flow {
    std::string id, name, category; ///< category of an elementary flow: its compartment, "air/urban"
    FlowType type = FlowType::product;
    std::vector<PropertyFactor> properties; ///< first: the reference property (factor 1)
    std::string location, cas, formula;
};

struct Location {
    std::string id, code, name;
};

/// A named number; with a formula, what the formula gives.
struct Parameter {
    std::string name;
    double value = 0;
    std::string formula;
    Distribution distribution;
    std::string description;
};

struct Exchange {
    int flow = -1;
    double amount = 0;
    std::string formula;     ///< of the amount, over the parameters of process and database
    std::string unit;        ///< as in the source
    int property = -1;       ///< the flow property the amount is in; -1: the reference property
    double to_reference = 1; ///< amount x to_reference: in the reference unit of the reference property
    bool input = false;
    bool avoided = false; ///< an avoided product: its production is substituted
    int provider = -1;    ///< process that is said to supply it (or to treat the waste)
    int location = -1;    ///< of an elementary flow with regional factors
    Distribution distribution;
    std::array<uint8_t, 5> pedigree{}; ///< 0: not given; else 1 (best) .. 5
    double base_sigma = 0;             ///< ln of the basic geometric standard deviation that goes with the pedigree
    int internal_id = 0;               ///< the source's number of the exchange within the process
    std::string comment;
};

enum class Allocation : uint8_t { none, physical, economic, causal };
struct AllocationFactor {
    Allocation method = Allocation::none;
    int product = -1;  ///< flow
    int exchange = -1; ///< causal: index into exchanges; else -1
    double value = 1;
    std::string formula;
};

enum class ProcessType : uint8_t { unit_process, result };
struct Process {
    std::string id, name, category, location, description;
    ProcessType type = ProcessType::unit_process;
    int reference = -1; ///< index into exchanges: a product output, or a waste input that is treated
    std::vector<Exchange> exchanges;
    std::vector<Parameter> parameters;
    Allocation default_allocation = Allocation::none;
    std::vector<AllocationFactor> allocation;
    std::string valid_from, valid_until, source;
};

struct ImpactFactor {
    int flow = -1;
    double value = 0; ///< per reference unit of the flow
    std::string formula;
    int location = -1; ///< -1: everywhere that has no factor of its own
    Distribution distribution;
};
struct ImpactCategory {
    std::string id, name, unit;
    std::vector<ImpactFactor> factors;
    std::vector<Parameter> parameters;
    std::string name_zh = {}; ///< in Chinese, where the source gives it
    bool unverified = false;  ///< the source says that its factors were not compared with the official text
};
/// normalised = impact / normalisation; weighted = impact x weight (0 in either: not given).
struct NormalisationSet {
    std::string id, name, unit;
    std::vector<double> normalisation, weight; ///< per category of the method

    /// Of category k of the method; 0 where the set gives no factor for it.
    double normalised(size_t k, double impact) const;
    double weighted(size_t k, double impact) const;
    double normalised_weighted(size_t k, double impact) const { return weighted(k, normalised(k, impact)); }
};
struct ImpactMethod {
    std::string id, name;
    std::vector<int> categories;
    std::vector<NormalisationSet> sets;
    std::string name_zh = {}; ///< in Chinese, where the source gives it
};

/// Another name of a flow (a flow map): amount of `from` x factor = amount of `to`. Flow ids.
struct FlowAlias {
    std::string from, to;
    double factor = 1;
};

/// Decisions on exchanges that the file does not link: kept so that the next import or solve repeats them.
struct LinkDecision {
    std::string process, flow; ///< ids; an empty process: every process
    std::string provider;      ///< process id; empty: cut off on purpose
};

struct Database {
    std::vector<UnitGroup> unit_groups;
    std::vector<FlowProperty> properties;
    std::vector<Flow> flows;
    std::vector<Location> locations;
    std::vector<Process> processes;
    std::vector<ImpactCategory> categories;
    std::vector<ImpactMethod> methods;
    std::vector<Parameter> parameters; ///< of the database
    std::vector<FlowAlias> aliases;
    std::vector<LinkDecision> decisions;
    std::string linking = "file"; ///< "file" or "plain" (docs/lca.md): how the last import asked to link

    /// Positions by id; an importer calls index() after filling the vectors.
    std::unordered_map<std::string, int> flow_at, process_at, category_at, property_at, location_at;
    void index();
};

} // namespace viresco::lca
