#pragma once
#include "base/diagnostic.h"
#include "lang/ast.h"
#include "lang/dynamic.h"
#include "lang/graph.h"
#include "lang/program.h"
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace viresco::lang {

/// Interned dimension and interned member name (component, reaction, integer).
using DimId = int32_t;
using Member = int32_t;

/// Dimensions by number, with multiplication remembered: unit checking costs one look-up per operation.
class Dimensions {
public:
    Dimensions();
    DimId intern(const units::Dimension&);
    DimId one() const { return 0; }
    DimId multiply(DimId, DimId);
    DimId divide(DimId, DimId);
    DimId pow(DimId, int numerator, int denominator);
    const units::Dimension& operator[](DimId i) const { return list_[static_cast<size_t>(i)]; }
    std::string text(DimId i) const { return (*this)[i].text(); }
    DimId size() const { return static_cast<DimId>(list_.size()); }

private:
    std::vector<units::Dimension> list_;
    std::map<units::Dimension, DimId> ids_;
    std::unordered_map<uint64_t, DimId> products_, quotients_;
};

/// A scalar while the case is being expanded.
struct Value {
    NodeId node = no_node;
    DimId dim = 0;
    bool any_dim = false; // the literal 0 fits every dimension
    bool wrong = false;   // an error was reported; no further ones because of it
};

/// An ordered set of members with constant-time membership.
class MemberSet {
public:
    MemberSet() = default;
    explicit MemberSet(std::vector<Member> members);
    const std::vector<Member>& members() const { return members_; }
    /// Position of a member in the set's order, -1 where it is not in it.
    int position(Member m) const {
        return m >= 0 && static_cast<size_t>(m) < position_.size() ? position_[static_cast<size_t>(m)] : -1;
    }

private:
    std::vector<Member> members_;
    std::vector<int> position_;
};

/// Names seen from inside a unit, a plant, a route: looked up with this prefix, then the parent's.
struct Scope {
    const Scope* parent = nullptr;
    std::string prefix; // "enzymatic.filter."
};

/// A value with a name: the named expression graph that `explain` walks.
struct Named {
    enum class Kind { formula, parameter, unknown, built_in };
    std::string path;
    Kind kind = Kind::formula;
    Value value;
    Span span; // of the formula, where there is one
    SourcePos pos;
    int parameter = -1;    // Kind::parameter
    std::string note;      // built in: what it is; unknown: the equation
    std::vector<int> uses; // other named values, in order of appearance
    bool busy = false;     // being expanded (cycle detection)
};

/// A property, price or factor that is not there, and where it should have been given (or no place).
struct Missing {
    Message what;
    SourcePos where;
};

/// A run in time within a program, as it is declared: the states under a prefix, from their starts over a duration.
struct RunRule {
    std::string prefix; // of the unit
    SourcePos pos;
    std::function<Value(class Model&)> duration;
    struct Asked {
        bool integral; // over the run; else: at its end
        NodeId of, outcome;
    };
    std::vector<Asked> asked;
};

class Model;
using Indices = std::span<const Member>;
/// Computes one member of a built-in family.
using BuiltIn = std::function<Value(Model&, Indices, const SourcePos& asked_at)>;

/// The symbol table of a case and its expansion into one scalar graph.
///
/// Names are declared as rules (formulas), parameters or built-in families under full paths; values are
/// expanded on demand, each once, in dependency order whatever the order of the files.
class Model {
public:
    explicit Model(Diagnostics& d) : diagnostics(d) { memo_.reserve(1u << 16); }
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    Diagnostics& diagnostics;
    /// An error in a formula. A formula is expanded for every member and every unit of its type, and its mistake told once.
    Diagnostic& error(const SourcePos&, MessageId, std::vector<std::string> args = {});
    Graph graph;
    Dimensions dimensions;

    // ---- declaring
    Member member(std::string_view name);
    const std::string& member_name(Member m) const { return members_[static_cast<size_t>(m)]; }
    const Scope* scope(const Scope* parent, std::string prefix);
    void add_set(const std::string& path, std::vector<Member> members);
    /// A name that stands for a member in index position (`acid: sulfuric_acid`), or for an integer.
    void add_index(const std::string& path, Member);
    void add_integer(const std::string& path, int value, int parameter = -1);
    /// A formula rule; the statement is shared by all instances of its file and must outlive the model.
    void add_rule(const Scope*, const Statement&);
    /// The dimension that the values of a family must have; a mismatch is an error at the formula.
    void expect_dimension(const std::string& path, DimId);
    void expect_dimension(const std::string& path, std::function<DimId(Indices)> of_member);
    void add_built_in(const std::string& path, int arity, BuiltIn, std::string note = {});
    /// Another name of a family: what an inlet tells is what its stream tells.
    void add_alias(const std::string& path, const std::string& of);
    /// One formula under a full path, for one member of a family where indices are given.
    void add_formula(const std::string& path, std::vector<Member> indices, const Scope*, ExprPtr, SourcePos);
    /// A continuous parameter under its path; a table entry is "unit.split[water]" of family "unit.split".
    int add_parameter(Parameter);
    /// A member of a family has the value of this parameter.
    void bind_parameter(const std::string& family, std::vector<Member> indices, int parameter);
    /// A member of a family has this value (an unknown that a specification varies).
    void bind_value(const std::string& family, std::vector<Member> indices, Value, std::string note, SourcePos);
    /// Value of members without a rule: a constant (streams: zero), or a parameter (tables).
    void set_default(const std::string& family, int arity, Value);
    void set_default_parameter(const std::string& family, int arity, int parameter);
    bool declared(const std::string& path) const { return families_by_path_.count(path) > 0; }
    const std::vector<Member>* find_set(const std::string& path) const;
    std::optional<Member> find_index(const std::string& path) const;
    std::optional<int> find_integer(const std::string& path) const;
    /// Declares an unknown; `equation` is asked for left and right once all else is declared.
    using EquationOf = std::function<std::pair<Value, Value>(Model&)>;
    NodeId add_unknown(Unknown, EquationOf);

    /// A member of a family is a state; `held`: its rate is zero, only events change it. Its rate is the rule of
    /// `family.der`, its start is given by `start`; both are asked for by close_states().
    using StartOf = std::function<Value(Model&)>;
    int add_state(const std::string& family, std::vector<Member> indices, State, bool held, StartOf start);
    /// The states under `prefix` run over `duration`; formulas there may ask for at_end(x), integral(x) and mean(x).
    void add_run(std::string prefix, SourcePos, std::function<Value(Model&)> duration);
    std::deque<RunRule>& runs() { return runs_; }
    /// A leaf that a solver of its own gives its value (TimeRun).
    NodeId add_outcome() { return graph.outcome(n_outcomes_++); }
    /// Expands rates and starts of all states.
    void close_states();
    std::vector<State>& states() { return states_; }

    // ---- expanding
    /// Value of a full path; an unknown name is an error at `asked_at`.
    Value value(const std::string& path, Indices indices, const SourcePos& asked_at);
    Value evaluate(const Expr&, const Scope*);
    /// Runs the equations of all unknowns (which may bring new ones) until none is left.
    void close_equations();
    Value constant(double si, DimId dim) { return {graph.constant(si), dim, false, false}; }
    Value constant(double si, std::string_view si_unit);
    DimId dim(std::string_view si_unit);
    Value wrong() { return {graph.zero(), 0, true, true}; }
    Value missing(Message what, DimId dim, const SourcePos& where = {});
    // Arithmetic with unit checking, errors at `pos`.
    Value add(Value, Value, const SourcePos&);
    Value subtract(Value, Value, const SourcePos&);
    Value multiply(Value, Value);
    Value divide(Value, Value);

    const std::deque<Named>& named() const { return named_; }
    int find_named(const std::string& path) const;
    std::vector<Parameter>& parameters() { return parameters_; }
    std::vector<Unknown>& unknowns() { return unknowns_; }
    const std::vector<Missing>& missing_list() const { return missing_; }
    std::vector<std::string> missing_texts() const;
    /// Every declared path that begins with `prefix`, without it (suggestions, addresses).
    std::vector<std::string> names_under(const std::string& prefix) const;

private:
    struct Bound {
        const std::string* variable;
        Member member;
        int position;
    };
    struct Rule {
        const Statement* statement = nullptr;
        const Expr* formula = nullptr;
        const Scope* scope = nullptr;
        SourcePos pos;
        int parameter = -1;
        std::vector<Member> members; // of a parameter, a formula or a value
        std::optional<Value> value;
        std::string note;
    };
    struct Family {
        std::string path;
        int arity = 0;
        std::vector<Rule> rules;
        int fallback_parameter = -1;
        std::string alias; // path of the family meant
        BuiltIn built_in;
        std::string note;
        std::optional<Value> fallback;
        std::function<DimId(Indices)> expected;
    };
    using Bindings = std::vector<Bound>;

    Family& family(const std::string& path, int arity);
    int find_family(const std::string& name, const Scope*) const;
    int expand(int family, Indices, const SourcePos& asked_at);
    Value compute(int family, Indices, Named&, const SourcePos& asked_at);
    bool matches(const Rule&, Indices, Bindings&);
    Value solve(const Rule&, const std::string& path, Indices, Bindings&);
    Value eval(const Expr&, const Scope*, Bindings&);
    Value reference(const Expr&, const Scope*, Bindings&);
    Value call(const Expr&, const Scope*, Bindings&);
    Value reduce(const Expr&, const Scope*, Bindings&);
    Value compare(const Expr&, const Scope*, Bindings&);
    Value power(const Expr&, const Scope*, Bindings&);
    Value of_run(const Expr&, const Scope*, Bindings&);
    std::optional<Member> index(const IndexExpr&, const Scope*, const Bindings&);
    static const Bound* bound(const std::string& variable, const Bindings&);
    bool out_of_stack(const Expr&);
    const MemberSet* set(const SetExpr&, const Scope*, Bindings&);
    bool run_clause(const ForClause&, const Scope*, Bindings&, const std::function<void()>&);
    Value truth(bool);
    Value unify(Value, Value, const SourcePos&, MessageId);
    bool dimensionless(Value, const SourcePos&, const std::string& what);

    std::vector<std::string> members_;
    std::unordered_map<std::string, Member> member_ids_;
    std::deque<Scope> scopes_;
    std::deque<ExprPtr> formulas_;
    std::map<std::string, MemberSet> sets_;
    std::map<std::pair<int, int>, MemberSet> ranges_;
    std::map<std::string, Member> indices_;
    std::map<std::string, std::pair<int, int>> integers_;
    std::deque<Family> families_;
    std::unordered_map<std::string, int> families_by_path_;
    /// What a reference of a formula means in a scope: looked up once.
    std::map<std::pair<const Expr*, const Scope*>, int> resolved_;
    std::map<std::pair<const SetExpr*, const Scope*>, const MemberSet*> resolved_sets_;
    std::unordered_map<uint64_t, int> memo_;
    std::deque<Named> named_;
    std::vector<int> stack_;
    std::vector<Parameter> parameters_;
    std::vector<Unknown> unknowns_;
    std::deque<EquationOf> equations_;
    struct StateRule {
        std::string family;
        std::vector<Member> indices;
        DimId dim;
        bool held;
        StartOf start;
    };
    std::vector<State> states_;
    std::vector<StateRule> state_rules_;
    std::deque<RunRule> runs_;
    int n_outcomes_ = 0;
    size_t closed_ = 0;
    int eval_depth_ = 0;
    intptr_t stack_base_ = 0;
    bool too_deep_reported_ = false;
    int64_t terms_ = 0; // of all sums over sets so far
    std::vector<Missing> missing_;
    std::set<std::tuple<const SourceFile*, int, int, MessageId>> said_;
    Diagnostic repeated_;
};

/// A named quantity prints as "0.398 kg/kg": `digits` significant digits, in `unit` if it fits.
std::string format_si(double si, const units::Unit& unit, int digits = 3);

} // namespace viresco::lang
