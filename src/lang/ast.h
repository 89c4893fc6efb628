#pragma once
#include "base/diagnostic.h"
#include "text/node.h"
#include "units/unit.h"
#include <memory>
#include <string>
#include <vector>

namespace viresco::lang {

/// Where a piece of formula text stands: byte span inside one scalar of a file.
struct Span {
    const text::Node* node = nullptr;
    size_t begin = 0, end = 0;
    SourcePos pos() const { return node ? node->position(begin, end > begin ? end - begin : 1) : SourcePos{}; }
    std::string text() const { return node ? node->scalar().substr(begin, end - begin) : std::string(); }
};

/// An index of a name: a bound variable, a member's own name, an integer, a component-valued name with
/// an index of its own (`key[r]`), plus an integer offset (`i-1`).
struct IndexExpr {
    Span span;
    std::string name; // dotted; or digits
    bool integer = false;
    std::vector<IndexExpr> indices;
    int offset = 0;
};

struct Expr;
using ExprPtr = std::unique_ptr<const Expr>;

/// A set to run over: a name, or the integers first..last.
struct SetExpr {
    Span span;
    std::string name;
    int first = 0;
    ExprPtr last; // range when set
};

struct Binding {
    std::string variable;
    SetExpr set;
};

/// `for a in A, b in B if condition`.
struct ForClause {
    std::vector<Binding> bindings;
    ExprPtr condition;
};

struct Expr {
    enum class Kind {
        number,
        reference,
        negate,
        add,
        subtract,
        multiply,
        divide,
        power,
        call,
        reduce,
        unit,
        less,
        less_equal,
        greater,
        greater_equal,
        index_equal,
        index_not_equal,
        in_set,
        not_in_set,
        logical_and,
        logical_or,
        logical_not
    };
    Kind kind = Kind::number;
    Span span;
    double number = 0;
    units::Unit unit; // number, unit
    bool literal_zero = false;
    std::string name;               // reference: dotted path; call, reduce: function
    std::vector<IndexExpr> indices; // reference; index comparison: two
    std::vector<ExprPtr> arguments;
    ForClause clause; // reduce
    SetExpr set;      // in_set
    int height = 1;   // longest way to a leaf
};

/// `target = value for .. if ..` or `solve target: left == right from start`.
struct Statement {
    bool solve = false;
    Span span, target_span;
    std::string target;
    std::vector<IndexExpr> indices;
    ExprPtr value, right, start; // right, start: only for `solve`
    ForClause clause;
};

/// `der(x)` is the name `x.der`.
constexpr const char* rate_suffix = ".der";

/// Parse a scalar's text; all errors are reported at their own character, and parsing goes on with the
/// next statement. Source: docs/language.md section 2.
std::vector<Statement> parse_statements(const text::Node&, Diagnostics&);
ExprPtr parse_expression(const text::Node&, Diagnostics&);
/// Like parse_expression, but of part of the scalar, for "a -> b" style texts. [begin, end) in bytes.
ExprPtr parse_expression(const text::Node&, size_t begin, size_t end, Diagnostics&);
/// "left == right" (also a single "=", the form plant engineers write in `until:`).
struct Equation {
    ExprPtr left, right;
};
Equation parse_equation(const text::Node&, Diagnostics&);

/// True for the words that a name may not be: if, for, in, and, or, not, solve, from.
bool is_keyword(std::string_view);

} // namespace viresco::lang
