#include "base/messages/lang.h"
#include "lang/ast.h"
#include <charconv>
#include <cmath>

namespace viresco::lang {
namespace {

struct Token {
    enum class Kind { end, newline, name, number, symbol, unit, bad };
    Kind kind = Kind::end;
    size_t begin = 0, end = 0;
    std::string text;
    double number = 0;
};

bool is_name_start(unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}
bool is_digit(unsigned char c) { return c >= '0' && c <= '9'; }

/// Cuts formula text into tokens. "[..]" directly after a number is one token of kind unit.
class Lexer {
public:
    Lexer(const text::Node& node, size_t begin, size_t end, Diagnostics& diagnostics)
        : node_(node), text_(node.scalar()), end_(end), diagnostics_(diagnostics), i_(begin) {}

    std::vector<Token> all() {
        std::vector<Token> out;
        int depth = 0;
        while (true) {
            Token t = next(out.empty() ? Token::Kind::end : out.back().kind);
            if (t.kind == Token::Kind::symbol) {
                if (t.text == "(" || t.text == "[") ++depth;
                if (t.text == ")" || t.text == "]") depth = depth > 0 ? depth - 1 : 0;
            }
            if (t.kind == Token::Kind::newline) {
                // A line goes on inside brackets and after an operator.
                const bool open = depth > 0 || out.empty() || continues(out.back());
                if (t.text != ";" && open) continue;
                depth = 0;
            }
            out.push_back(t);
            if (t.kind == Token::Kind::end) return out;
        }
    }

private:
    static bool continues(const Token& t) {
        if (t.kind == Token::Kind::newline) return true;
        if (t.kind == Token::Kind::name)
            return t.text == "and" || t.text == "or" || t.text == "for" || t.text == "in" || t.text == "if";
        return t.kind == Token::Kind::symbol && t.text != ")" && t.text != "]";
    }

    Token make(Token::Kind kind, size_t begin, size_t end) const {
        return {kind, begin, end, text_.substr(begin, end - begin), 0};
    }

    Token next(Token::Kind previous) {
        while (i_ < end_ && (text_[i_] == ' ' || text_[i_] == '\t' || text_[i_] == '\r')) ++i_;
        if (i_ < end_ && text_[i_] == '#')
            while (i_ < end_ && text_[i_] != '\n') ++i_;
        if (i_ >= end_) return make(Token::Kind::end, end_, end_);
        const size_t begin = i_;
        const auto c = static_cast<unsigned char>(text_[i_]);
        if (c == '\n' || c == ';') return ++i_, make(Token::Kind::newline, begin, i_);
        if (previous == Token::Kind::number && c == '[') {
            while (i_ < end_ && text_[i_] != ']' && text_[i_] != '\n') ++i_;
            if (i_ < end_ && text_[i_] == ']') return ++i_, make(Token::Kind::unit, begin, i_);
            i_ = begin;
        }
        if (is_name_start(c)) {
            if (const auto wide = full_width(begin)) {
                i_ = begin + wide->text.size();
                diagnostics_.error(node_.position(begin, 1), message::full_width_symbol,
                                   {std::string(wide->text), wide->ascii});
                return make(Token::Kind::bad, begin, i_);
            }
            while (i_ < end_ &&
                   (is_name_start(static_cast<unsigned char>(text_[i_])) ||
                    is_digit(static_cast<unsigned char>(text_[i_]))) &&
                   !full_width(i_))
                ++i_;
            return make(Token::Kind::name, begin, i_);
        }
        if (is_digit(c) || (c == '.' && i_ + 1 < end_ && is_digit(static_cast<unsigned char>(text_[i_ + 1]))))
            return number();
        for (const char* two : {"==", "!=", "<=", ">=", "..", "**"})
            if (i_ + 1 < end_ && text_.compare(i_, 2, two) == 0) return i_ += 2, make(Token::Kind::symbol, begin, i_);
        ++i_;
        if (std::string("+-*/^()[],.=<>:").find(static_cast<char>(c)) != std::string::npos)
            return make(Token::Kind::symbol, begin, i_);
        diagnostics_.error(node_.position(begin, 1), message::unexpected_character,
                           {c < 0x20 ? "\\x" + std::to_string(c) : std::string(1, static_cast<char>(c))});
        return make(Token::Kind::bad, begin, i_);
    }

    struct Mark {
        std::string_view text;
        const char* ascii;
    };
    /// The mark of a Chinese keyboard or a word processor that stands here for an ASCII symbol, or nullptr.
    const Mark* full_width(size_t i) const {
        static constexpr Mark marks[] = {{"（", "("}, {"）", ")"}, {"，", ","},       {"、", ","},      {"：", ":"},
                                         {"；", ";"}, {"＝", "="}, {"＋", "+"},       {"－", "-"},      {"−", "-"},
                                         {"×", "*"},  {"·", "*"},  {"＊", "*"},       {"÷", "/"},       {"／", "/"},
                                         {"＾", "^"}, {"【", "["}, {"】", "]"},       {"［", "["},      {"］", "]"},
                                         {"＜", "<"}, {"＞", ">"}, {"≤", "<="},       {"≥", ">="},      {"≠", "!="},
                                         {"。", "."}, {"＃", "#"}, {"\u3000", "' '"}, {"\u00A0", "' '"}};
        for (const Mark& mark : marks)
            if (text_.compare(i, mark.text.size(), mark.text) == 0) return &mark;
        return nullptr;
    }

    Token number() {
        const size_t begin = i_;
        double value = 0;
        // "1..n" is a range: the number ends before the dots.
        size_t stop = begin;
        while (stop < end_ && is_digit(static_cast<unsigned char>(text_[stop]))) ++stop;
        const bool range = stop + 1 < end_ && text_[stop] == '.' && text_[stop + 1] == '.';
        const char* last = text_.data() + (range ? stop : end_);
        const auto result = std::from_chars(text_.data() + begin, last, value);
        if (result.ec == std::errc::result_out_of_range) {
            diagnostics_.error(node_.position(begin, 1), message::number_out_of_range, {});
            value = 0;
        }
        i_ = static_cast<size_t>(result.ptr - text_.data());
        if (i_ == begin) ++i_;
        Token t = make(Token::Kind::number, begin, i_);
        t.number = value;
        return t;
    }

    const text::Node& node_;
    const std::string& text_;
    size_t end_;
    Diagnostics& diagnostics_;
    size_t i_;
};

struct SyntaxError {};

/// Recursive descent over the tokens; the grammar is that of docs/language.md.
class Parser {
public:
    Parser(const text::Node& node, size_t begin, size_t end, Diagnostics& diagnostics)
        : node_(node), diagnostics_(diagnostics), before_(diagnostics.n_errors()) {
        tokens_ = Lexer(node, begin, end, diagnostics).all();
    }

    std::vector<Statement> statements() {
        std::vector<Statement> out;
        while (peek().kind != Token::Kind::end) {
            if (peek().kind == Token::Kind::newline) {
                ++at_;
                continue;
            }
            try {
                Statement s = statement();
                expect_end_of_statement();
                out.push_back(std::move(s));
            } catch (const SyntaxError&) {
                while (peek().kind != Token::Kind::end && peek().kind != Token::Kind::newline) ++at_;
                depth_ = 0;
            }
        }
        return out;
    }

    ExprPtr whole_expression() {
        try {
            skip_newlines();
            if (peek().kind == Token::Kind::end) fail(message::empty_formula, {});
            ExprPtr e = disjunction();
            skip_newlines();
            if (peek().kind != Token::Kind::end) unexpected();
            return diagnostics_.n_errors() > before_ ? nullptr : std::move(e);
        } catch (const SyntaxError&) {
            return nullptr;
        }
    }

    Equation equation() {
        Equation out;
        try {
            skip_newlines();
            out.left = expression();
            if (!is("==") && !is("=")) fail(message::equation_expected, {peek_text()});
            ++at_;
            out.right = expression();
            skip_newlines();
            if (peek().kind != Token::Kind::end) unexpected();
        } catch (const SyntaxError&) {
            out = {};
        }
        return out;
    }

private:
    static constexpr int max_depth = 200, max_height = 2000;
    struct Guard {
        explicit Guard(Parser& p) : parser(p) {
            if (++p.depth_ > max_depth) p.fail(message::expression_too_deep, {std::to_string(max_depth)});
        }
        ~Guard() { --parser.depth_; }
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;
        Parser& parser;
    };

    const Token& peek(size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
    bool is(std::string_view symbol) const { return peek().kind == Token::Kind::symbol && peek().text == symbol; }
    bool is_word(std::string_view word) const { return peek().kind == Token::Kind::name && peek().text == word; }
    std::string peek_text() const {
        const Token& t = peek();
        return t.kind == Token::Kind::end || t.kind == Token::Kind::newline ? "" : t.text;
    }
    Span span_from(size_t begin) const { return {&node_, begin, at_ > 0 ? tokens_[at_ - 1].end : begin}; }
    Span span_of(const Token& t) const { return {&node_, t.begin, t.end}; }

    [[noreturn]] void fail(MessageId id, std::vector<std::string> args) {
        if (peek().kind != Token::Kind::bad) diagnostics_.error(place(peek()), id, std::move(args));
        throw SyntaxError{};
    }
    SourcePos place(const Token& t) const { return node_.position(t.begin, std::max<size_t>(1, t.end - t.begin)); }
    [[noreturn]] void unexpected() {
        const Token& t = peek();
        if (t.kind == Token::Kind::bad) throw SyntaxError{};
        if (t.kind == Token::Kind::end || t.kind == Token::Kind::newline) {
            diagnostics_.error(place(t), message::formula_ends_early, {});
            throw SyntaxError{};
        }
        auto& d = diagnostics_.error(place(t), message::unexpected_token, {t.text});
        const Token* previous = at_ > 0 ? &tokens_[at_ - 1] : nullptr;
        if (previous && previous->kind == Token::Kind::number && t.kind == Token::Kind::name)
            d.hint(message::unit_in_brackets, {previous->text, t.text});
        if (t.text == "**") d.hint(message::power_is_caret, {});
        if (t.text == "==") d.hint(message::equal_on_reals, {});
        throw SyntaxError{};
    }
    void expect(std::string_view symbol) {
        if (!is(symbol)) {
            if (peek().kind == Token::Kind::bad) throw SyntaxError{};
            if (peek().kind == Token::Kind::end || peek().kind == Token::Kind::newline)
                fail(message::formula_ends_before, {std::string(symbol)});
            fail(message::expected_symbol, {std::string(symbol), peek_text()});
        }
        ++at_;
    }
    void skip_newlines() {
        while (peek().kind == Token::Kind::newline) ++at_;
    }
    void expect_end_of_statement() {
        if (peek().kind != Token::Kind::newline && peek().kind != Token::Kind::end) unexpected();
    }

    std::string path() {
        if (peek().kind != Token::Kind::name) unexpected();
        if (is_keyword(peek().text)) fail(message::keyword_as_name, {peek().text});
        std::string out = peek().text;
        ++at_;
        while (is(".") && peek(1).kind == Token::Kind::name) {
            out += "." + peek(1).text;
            at_ += 2;
        }
        return out;
    }

    /// A number of digits alone, below a million: "01" is 1.
    int whole_number() {
        const Token& t = peek();
        if (t.text.find_first_not_of("0123456789") != std::string::npos || t.text.size() >= 7)
            fail(message::index_not_integer, {t.text});
        ++at_;
        return static_cast<int>(t.number);
    }

    IndexExpr index() {
        Guard guard(*this);
        IndexExpr out;
        const size_t begin = peek().begin;
        if (peek().kind == Token::Kind::number) {
            out.name = std::to_string(whole_number());
            out.integer = true;
        } else {
            out.name = path();
            if (is("[")) out.indices = indices();
        }
        if ((is("+") || is("-")) && peek(1).kind == Token::Kind::number) {
            const int sign = is("-") ? -1 : 1;
            ++at_;
            out.offset = sign * whole_number();
        }
        out.span = span_from(begin);
        return out;
    }

    std::vector<IndexExpr> indices() {
        std::vector<IndexExpr> out;
        expect("[");
        out.push_back(index());
        while (is(",")) ++at_, out.push_back(index());
        if (out.size() > 2) fail(message::too_many_indices, {});
        expect("]");
        return out;
    }

    SetExpr set() {
        Guard guard(*this);
        SetExpr out;
        const size_t begin = peek().begin;
        if (is("(")) {
            ++at_;
            out = set();
            expect(")");
            return out;
        }
        if (peek().kind == Token::Kind::number) {
            out.first = whole_number();
            expect("..");
            out.last = expression();
        } else {
            out.name = path();
        }
        out.span = span_from(begin);
        return out;
    }

    ForClause for_clause() {
        ForClause out;
        ++at_; // "for"
        while (true) {
            Binding b;
            if (peek().kind != Token::Kind::name || is_keyword(peek().text)) unexpected();
            b.variable = peek().text;
            ++at_;
            if (!is_word("in")) fail(message::expected_symbol, {"in", peek_text()});
            ++at_;
            b.set = set();
            out.bindings.push_back(std::move(b));
            if (!is(",")) break;
            ++at_;
        }
        if (is_word("if")) {
            ++at_;
            out.condition = disjunction();
        }
        return out;
    }

    /// A long chain a + b + c .. is a tree as high as it is long, and trees are walked by recursion.
    void limit_height(Expr& e) {
        for (const ExprPtr& a : e.arguments) e.height = std::max(e.height, a->height + 1);
        if (e.height > max_height) fail(message::expression_too_deep, {std::to_string(max_height)});
    }
    ExprPtr make(Expr::Kind kind, size_t begin, std::vector<ExprPtr> arguments) {
        auto e = std::make_unique<Expr>();
        e->kind = kind;
        e->span = span_from(begin);
        e->arguments = std::move(arguments);
        limit_height(*e);
        return e;
    }
    ExprPtr make(Expr::Kind kind, size_t begin, ExprPtr a, ExprPtr b = nullptr) {
        std::vector<ExprPtr> list;
        list.push_back(std::move(a));
        if (b) list.push_back(std::move(b));
        return make(kind, begin, std::move(list));
    }

    ExprPtr disjunction() {
        const size_t begin = peek().begin;
        ExprPtr left = conjunction();
        while (is_word("or")) ++at_, left = make(Expr::Kind::logical_or, begin, std::move(left), conjunction());
        return left;
    }
    ExprPtr conjunction() {
        const size_t begin = peek().begin;
        ExprPtr left = comparison();
        while (is_word("and")) ++at_, left = make(Expr::Kind::logical_and, begin, std::move(left), comparison());
        return left;
    }

    ExprPtr comparison() {
        const size_t begin = peek().begin;
        if (is_word("not")) {
            Guard guard(*this);
            ++at_;
            return make(Expr::Kind::logical_not, begin, comparison());
        }
        if (ExprPtr e = index_comparison()) return e;
        ExprPtr left = expression();
        using K = Expr::Kind;
        for (const auto& [symbol, kind] :
             {std::pair{"<=", K::less_equal}, {">=", K::greater_equal}, {"<", K::less}, {">", K::greater}}) {
            if (!is(symbol)) continue;
            ++at_;
            return make(kind, begin, std::move(left), expression());
        }
        if (is("==") || is("=") || is("!=")) {
            diagnostics_.error(place(peek()), message::equal_on_reals_error, {}).hint(message::equal_on_reals, {});
            throw SyntaxError{};
        }
        return left;
    }

    /// `a == b`, `a != b`, `a in S`, `a not in S`, and index order `q < r` between plain names: tried
    /// first and given up (nullptr) where the text turns out to be something else.
    ExprPtr index_comparison() {
        if (peek().kind != Token::Kind::name || is_keyword(peek().text)) return nullptr;
        size_t ahead = 1;
        while (peek(ahead).kind == Token::Kind::symbol && peek(ahead).text == "." &&
               peek(ahead + 1).kind == Token::Kind::name)
            ahead += 2;
        if (peek(ahead).kind == Token::Kind::symbol && peek(ahead).text == "[") {
            int open = 0;
            for (;; ++ahead) {
                const Token& t = peek(ahead);
                if (t.kind == Token::Kind::end || t.kind == Token::Kind::newline) return nullptr;
                if (t.kind != Token::Kind::symbol) continue;
                if (t.text == "[") ++open;
                if (t.text == "]" && --open == 0) break;
            }
            ++ahead;
        }
        const Token& op = peek(ahead);
        const bool equality = op.kind == Token::Kind::symbol && (op.text == "==" || op.text == "!=");
        const bool membership = op.kind == Token::Kind::name && (op.text == "in" || op.text == "not");
        if (!equality && !membership) return nullptr;
        const size_t begin = peek().begin;
        auto e = std::make_unique<Expr>();
        e->indices.push_back(index());
        if (equality) {
            e->kind = op.text == "==" ? Expr::Kind::index_equal : Expr::Kind::index_not_equal;
            const Token& sign = peek();
            const auto reals = [&] {
                diagnostics_.error(place(sign), message::equal_on_reals_error, {}).hint(message::equal_on_reals, {});
                throw SyntaxError{};
            };
            ++at_;
            const Token& right = peek();
            if (right.kind == Token::Kind::number && right.text.find_first_not_of("0123456789") != std::string::npos)
                reals();
            e->indices.push_back(index());
            // An index is followed by the end of the condition; an operator or a unit belongs to a real number.
            if (peek().kind == Token::Kind::symbol && !is(")") && !is(",") && !is(";") && !is("]")) reals();
            if (peek().kind == Token::Kind::unit) reals();
        } else {
            e->kind = Expr::Kind::in_set;
            if (is_word("not")) {
                e->kind = Expr::Kind::not_in_set;
                ++at_;
            }
            if (!is_word("in")) fail(message::expected_symbol, {"in", peek_text()});
            ++at_;
            e->set = set();
        }
        e->span = span_from(begin);
        return e;
    }

    ExprPtr expression() {
        const size_t begin = peek().begin;
        ExprPtr left = term();
        while (is("+") || is("-")) {
            const auto kind = is("+") ? Expr::Kind::add : Expr::Kind::subtract;
            ++at_;
            left = make(kind, begin, std::move(left), term());
        }
        return left;
    }
    ExprPtr term() {
        const size_t begin = peek().begin;
        ExprPtr left = unary();
        while (is("*") || is("/")) {
            const auto kind = is("*") ? Expr::Kind::multiply : Expr::Kind::divide;
            ++at_;
            left = make(kind, begin, std::move(left), unary());
        }
        return left;
    }
    ExprPtr unary() {
        Guard guard(*this);
        const size_t begin = peek().begin;
        if (is("+")) return ++at_, unary();
        if (is("-")) {
            ++at_;
            if (negative_temperature()) return number(-1);
            return make(Expr::Kind::negate, begin, unary());
        }
        ExprPtr base = primary();
        if (!is("^")) return base;
        ++at_;
        return make(Expr::Kind::power, begin, std::move(base), unary());
    }

    ExprPtr primary() {
        const Token t = peek();
        if (t.kind == Token::Kind::number) return number();
        if (is("(")) {
            ++at_;
            ExprPtr e = disjunction();
            expect(")");
            return e;
        }
        if (t.kind == Token::Kind::name && t.text == "if" && peek(1).kind == Token::Kind::symbol && peek(1).text == "(")
            return call("if");
        if (t.kind != Token::Kind::name) unexpected();
        auto e = std::make_unique<Expr>();
        e->kind = Expr::Kind::reference;
        if (derivative()) {
            rate_of(e->name, e->indices);
            e->span = span_from(t.begin);
            return e;
        }
        e->name = path();
        if (is("(")) return call(e->name, t.begin);
        if (is("[")) e->indices = indices();
        e->span = span_from(t.begin);
        return e;
    }

    bool derivative() const { return is_word("der") && peek(1).kind == Token::Kind::symbol && peek(1).text == "("; }

    /// The cursor stands on "der(x[i])": the name `x.der` with the indices of x.
    void rate_of(std::string& name, std::vector<IndexExpr>& at) {
        at_ += 2;
        name = path() + rate_suffix;
        if (is("[")) at = indices();
        expect(")");
    }

    /// "40 [degC]" behind a minus: -40 degC is a temperature, not minus 313.15 K.
    bool negative_temperature() const {
        if (peek().kind != Token::Kind::number || peek(1).kind != Token::Kind::unit) return false;
        const std::string& unit = peek(1).text;
        const auto u = units::parse_unit(std::string_view(unit).substr(1, unit.size() - 2));
        return u && u->offset != 0 && !(peek(2).kind == Token::Kind::symbol && peek(2).text == "^");
    }

    ExprPtr number(double sign = 1) {
        auto e = std::make_unique<Expr>();
        const Token t = peek();
        ++at_;
        e->number = sign * t.number;
        e->literal_zero = t.number == 0;
        if (peek().kind == Token::Kind::unit) {
            const Token u = peek();
            ++at_;
            read_unit(u, e->unit);
            e->number = e->unit.to_si(sign * t.number);
            e->literal_zero = false;
        }
        e->span = span_from(t.begin);
        return e;
    }

    void read_unit(const Token& token, units::Unit& unit) {
        units::UnitError error;
        const std::string inside = token.text.substr(1, token.text.size() - 2);
        if (auto u = units::parse_unit(inside, &error)) {
            unit = *u;
            return;
        }
        auto& d = diagnostics_.error(node_.position(token.begin + 1 + error.offset, error.length), error.message.id,
                                     error.message.args);
        d.hints = error.hints;
    }

    /// The cursor stands on "(" (or on "if" for call("if")).
    ExprPtr call(const std::string& name, size_t begin = 0) {
        if (name == "if") begin = peek().begin, ++at_;
        auto e = std::make_unique<Expr>();
        e->kind = Expr::Kind::call;
        e->name = name;
        expect("(");
        if (!is(")")) {
            while (true) {
                if (is("[")) {
                    // "[unit]" as an argument: number(x, [kg/m3])
                    const size_t open = peek().begin;
                    size_t depth = 0;
                    while (peek().kind != Token::Kind::end && peek().kind != Token::Kind::newline) {
                        if (is("[")) ++depth;
                        if (is("]") && --depth == 0) break;
                        ++at_;
                    }
                    expect("]");
                    const size_t close = tokens_[at_ - 1].end;
                    auto u = std::make_unique<Expr>();
                    u->kind = Expr::Kind::unit;
                    u->span = {&node_, open, close};
                    read_unit({Token::Kind::unit, open, close, node_.scalar().substr(open, close - open), 0}, u->unit);
                    e->arguments.push_back(std::move(u));
                } else {
                    e->arguments.push_back(disjunction());
                }
                if (is_word("for")) {
                    e->kind = Expr::Kind::reduce;
                    e->clause = for_clause();
                    break;
                }
                if (!is(",")) break;
                ++at_;
            }
        }
        expect(")");
        e->span = span_from(begin);
        limit_height(*e);
        return e;
    }

    Statement statement() {
        Statement s;
        const size_t begin = peek().begin;
        if (is_word("solve")) {
            ++at_;
            s.solve = true;
        }
        const size_t target_begin = peek().begin;
        if (derivative()) {
            rate_of(s.target, s.indices);
        } else {
            s.target = path();
            if (is("[")) s.indices = indices();
        }
        s.target_span = span_from(target_begin);
        if (s.solve) {
            expect(":");
            s.value = expression();
            expect("==");
            s.right = expression();
            if (is_word("from")) {
                ++at_;
                s.start = expression();
            }
        } else {
            expect("=");
            s.value = disjunction();
        }
        if (is_word("for")) s.clause = for_clause();
        s.span = span_from(begin);
        return s;
    }

    const text::Node& node_;
    Diagnostics& diagnostics_;
    int before_;
    std::vector<Token> tokens_;
    size_t at_ = 0;
    int depth_ = 0;
};

} // namespace

bool is_keyword(std::string_view word) {
    for (const char* k : {"if", "for", "in", "and", "or", "not", "solve", "from"})
        if (word == k) return true;
    return false;
}

std::vector<Statement> parse_statements(const text::Node& node, Diagnostics& diagnostics) {
    return Parser(node, 0, node.scalar().size(), diagnostics).statements();
}

ExprPtr parse_expression(const text::Node& node, Diagnostics& diagnostics) {
    return parse_expression(node, 0, node.scalar().size(), diagnostics);
}

ExprPtr parse_expression(const text::Node& node, size_t begin, size_t end, Diagnostics& diagnostics) {
    return Parser(node, begin, end, diagnostics).whole_expression();
}

Equation parse_equation(const text::Node& node, Diagnostics& diagnostics) {
    return Parser(node, 0, node.scalar().size(), diagnostics).equation();
}

} // namespace viresco::lang
