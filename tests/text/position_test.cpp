#include "text/yaml_reading.h"
#include <gtest/gtest.h>
#include <random>
#include <utility>

namespace viresco::text {
namespace {

/// The texts below hold every letter once (or last at its value), so that its place in the file is the
/// truth; signs that escapes may have produced are passed over.
void expect_letters_at_their_place(const std::string& text, std::string_view key = "a") {
    const Reading r(text);
    ASSERT_TRUE(r.root) << text << r.diagnostics.text(Language::en);
    const Node* node = r.root->find(key);
    ASSERT_TRUE(node && node->is_scalar());
    int n_checked = 0;
    const std::string& value = node->scalar();
    for (size_t i = 0; i < value.size(); ++i) {
        if (std::string_view(" \n\t'\\").find(value[i]) != std::string_view::npos) continue;
        size_t lead = i;
        while ((static_cast<unsigned char>(value[lead]) & 0xC0) == 0x80) --lead;
        size_t end = i + 1;
        while (end < value.size() && (static_cast<unsigned char>(value[end]) & 0xC0) == 0x80) ++end;
        const size_t byte = text.rfind(value.substr(lead, end - lead));
        if (byte == std::string::npos) continue; // written as an escape
        EXPECT_EQ(place(node->position(i)), counted_place(text, byte)) << text << "\nvalue byte " << i;
        ++n_checked;
    }
    EXPECT_GT(n_checked, 1);
}

TEST(Position, InEveryStyle) {
    for (const char* text : {
             "a: Xyz * w + q",
             "甲乙: 1\na: 丙 * Y + 丁\n",
             "a: Xyz\n  w q\n\n   丙 t\n",
             "a: 'Xyz 丙 w'",
             "a: 'X''yz 丙 w'",
             "a: '  X\n\n  y\n  z '",
             "a: \"  X y\\\\ z \\t w\"",
             "a: \"X\\u4E2D\\n y \\x41\n\n  z \\\n   w\"",
             "a: \"X \\\n\n\n  y\"",
             "a: |\n  Xyz\n\n    w = q\n  丙 + t\n",
             "a: |-\n\n\n  X\n  y",
             "a: |2\n    X\n  y\n",
             "k:\n    b: 1\na: |+\n      Xy\n\n\n",
             "a: >\n  Xyz w\n  q\n\n  丙 t\n",
             "a: >-\n\n  X\n   y\n\n    z\n  w\n",
             "a: >3\n     X\n   y\n",
             "k:\n- b:\n   c: 1\na: >-2 # 3\n   \n  X\n   y\n",
             "a: | # Kommentar\n  X\n  y\n",
         })
        expect_letters_at_their_place(text);
}

TEST(Position, LengthAndEnd) {
    const Reading r("a: 甲乙丙\n");
    const Node& node = r.root->entries()[0].value;
    EXPECT_EQ(node.pos().length, 3);
    EXPECT_EQ(node.position(3, 2).length, 2);
    EXPECT_EQ(place(node.position(9)), "1:7"); // just behind the text
    EXPECT_EQ(place(node.position(99)), "1:7");
    EXPECT_EQ(place(node.position(4)), "1:5"); // inside a character: the character
}

/// A tree and the bytes at which its writer put it.
struct Tree {
    Node::Kind kind = Node::Kind::null;
    std::string text;
    bool quoted = false;
    std::vector<std::string> keys;
    std::vector<Tree> children;
    size_t begin = 0;            // byte of the value in the YAML text
    std::vector<size_t> byte_of; // of each byte of `text`
    std::vector<size_t> key_begin;
};

class RandomYaml {
public:
    explicit RandomYaml(unsigned seed) : random_(seed) {}

    Tree tree(int depth) {
        Tree t;
        const int kind = below(depth > 0 ? 10 : 5);
        if (kind == 0) return t;
        if (kind < 5) {
            t.kind = Node::Kind::scalar;
            t.text = text();
            return t;
        }
        t.kind = kind < 8 ? Node::Kind::map : Node::Kind::sequence;
        const int n = 1 + below(4);
        for (int i = 0; i < n; ++i) {
            t.children.push_back(tree(depth - 1));
            if (t.kind == Node::Kind::map) t.keys.push_back(pick({"k", "键", "O2 ", "x-y"}) + std::to_string(i));
        }
        return t;
    }

    std::string write(Tree& t) {
        out_.clear();
        if (below(3) == 0) out_ += "# 说明 [ \" ' {\n---\n";
        if (t.kind == Node::Kind::map || t.kind == Node::Kind::sequence)
            block(t, 0);
        else
            flow(t);
        return out_;
    }

private:
    int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
    std::string pick(std::vector<std::string> of) {
        return of[static_cast<size_t>(below(static_cast<int>(of.size())))];
    }

    std::string text() {
        std::string s;
        const int n = below(6);
        for (int i = 0; i < n; ++i)
            s += pick({"a", "浓度", " ", "\n", ": ", " #", "'", "\"", "\\",   "·",
                       "?", "[",    "}", ",",  "- ", "\t", "😀", "%",  "null", "1.5e3"});
        return s;
    }

    static bool plain_is_safe(const std::string& s) {
        return !s.empty() && s != "null" && s.find_first_of(" \n\t:#'\"\\[]{},%?-") == std::string::npos;
    }

    void put(Tree& t, char c, std::string_view written) {
        t.text.push_back(c);
        t.byte_of.push_back(out_.size());
        out_ += written;
    }

    /// Writes a scalar on one line, noting the byte of every byte.
    void flow(Tree& t) {
        t.begin = out_.size();
        if (t.kind == Node::Kind::null) {
            out_ += pick({"~", "null"});
        } else if (t.kind == Node::Kind::scalar) {
            const std::string s = std::exchange(t.text, {});
            const bool plain = plain_is_safe(s) && below(2) == 0;
            const bool single = s.find('\n') == std::string::npos && below(2) == 0;
            t.quoted = !plain;
            if (!plain) out_ += single ? '\'' : '"';
            for (const char c : s) {
                if (plain)
                    put(t, c, {&c, 1});
                else if (single)
                    put(t, c, c == '\'' ? "''" : std::string_view(&c, 1));
                else
                    put(t, c,
                        c == '"'    ? "\\\""
                        : c == '\\' ? "\\\\"
                        : c == '\n' ? "\\n"
                        : c == '\t' ? "\\t"
                                    : std::string_view(&c, 1));
            }
            if (!plain) out_ += single ? '\'' : '"';
        } else {
            const bool map = t.kind == Node::Kind::map;
            out_ += map ? '{' : '[';
            for (size_t i = 0; i < t.children.size(); ++i) {
                if (i) out_ += pick({", ", " , ", ",\n      "});
                if (map) key(t, i);
                flow(t.children[i]);
            }
            out_ += map ? '}' : ']';
        }
    }

    void key(Tree& t, size_t i) {
        t.key_begin.push_back(out_.size());
        const std::string quote = pick({"", "\"", "'"});
        out_ += quote + t.keys[i] + quote + pick({": ", " : ", ":  "});
    }

    static bool literal_is_safe(const std::string& s) {
        return s.size() > 1 && s.back() == '\n' && s[s.size() - 2] != '\n' && s.front() != '\n' && s.front() != ' ' &&
               s.front() != '\t';
    }

    void literal(Tree& t, int indent) {
        t.begin = out_.size();
        out_ += "|\n";
        const std::string s = std::exchange(t.text, {});
        bool start = true;
        for (const char c : s) {
            if (start && c != '\n') out_ += std::string(static_cast<size_t>(indent), ' ');
            put(t, c, {&c, 1});
            start = c == '\n';
        }
    }

    void block(Tree& t, int indent) {
        t.begin = out_.size() + static_cast<size_t>(indent);
        for (size_t i = 0; i < t.children.size(); ++i) {
            out_ += std::string(static_cast<size_t>(indent), ' ');
            if (t.kind == Node::Kind::map)
                key(t, i);
            else
                out_ += "- ";
            Tree& child = t.children[i];
            const bool collection = child.kind == Node::Kind::map || child.kind == Node::Kind::sequence;
            if (collection && below(2) == 0) {
                out_ += below(2) == 0 ? "\n" : " # 注\n";
                block(child, indent + 1 + below(3));
            } else if (child.kind == Node::Kind::scalar && literal_is_safe(child.text)) {
                literal(child, indent + 2);
            } else {
                flow(child);
                out_ += pick({"\n", " # x: [\n", "\n\n"});
            }
        }
    }

    std::mt19937 random_;
    std::string out_;
};

void expect_equal(const std::string& text, const Tree& want, const Node& have) {
    ASSERT_EQ(have.kind(), want.kind);
    EXPECT_EQ(place(have.pos()), counted_place(text, want.begin));
    if (want.kind == Node::Kind::scalar) {
        ASSERT_EQ(have.scalar(), want.text);
        EXPECT_EQ(have.quoted(), want.quoted);
        for (size_t i = 0; i < want.text.size(); ++i) {
            if ((static_cast<unsigned char>(want.text[i]) & 0xC0) == 0x80) continue;
            EXPECT_EQ(place(have.position(i)), counted_place(text, want.byte_of[i]))
                << "byte " << i << " of '" << want.text << "'";
        }
    }
    ASSERT_EQ(have.kind() == Node::Kind::map ? have.entries().size() : have.items().size(), want.children.size());
    for (size_t i = 0; i < want.children.size(); ++i) {
        if (want.kind == Node::Kind::map) {
            EXPECT_EQ(have.entries()[i].key, want.keys[i]);
            EXPECT_EQ(place(have.entries()[i].key_pos), counted_place(text, want.key_begin[i]));
        }
        expect_equal(text, want.children[i], want.kind == Node::Kind::map ? have.entries()[i].value : have.items()[i]);
    }
}

TEST(Position, RandomTreesReadBackEqualWithEveryByteAtItsPlace) {
    int n_literal = 0;
    for (unsigned seed = 0; seed < 2000; ++seed) {
        RandomYaml random(seed);
        Tree tree = random.tree(4);
        if (tree.kind == Node::Kind::null) continue;
        const std::string text = random.write(tree);
        n_literal += text.find("|\n") != std::string::npos;
        const Reading r(text);
        ASSERT_TRUE(r.root) << "seed " << seed << "\n" << text << "\n" << r.diagnostics.text(Language::en);
        expect_equal(text, tree, *r.root);
        if (testing::Test::HasFailure()) FAIL() << "seed " << seed << "\n" << text;
    }
    EXPECT_GT(n_literal, 20);
}

TEST(Position, EveryByteOfALiteralBlock) {
    const std::string text = "connections: |\n"
                             "    feed -> 反应器.feed;  r.out -> s.in   # 注释\n"
                             "\n"
                             "      s.top -> 产品\n"
                             "    a·b = \"x\" \\ 'y'\n"
                             "next: 1\n";
    const Reading r(text);
    ASSERT_TRUE(r.root);
    const Node& block = r.root->entries()[0].value;
    size_t i = 0;
    for (size_t byte = text.find('\n') + 1; byte < text.find("next"); ++byte) {
        const size_t line = text.rfind('\n', byte - 1) + 1;
        const bool blank_line = text[line] == '\n';
        if (!blank_line && byte < line + 4) continue; // the indentation
        ASSERT_LT(i, block.scalar().size());
        ASSERT_EQ(block.scalar()[i], text[byte]);
        if ((static_cast<unsigned char>(text[byte]) & 0xC0) != 0x80) {
            EXPECT_EQ(place(block.position(i)), counted_place(text, byte)) << "byte " << i;
        }
        ++i;
    }
    EXPECT_EQ(i, block.scalar().size());
}

// ---- Broken files: no crash, and every place lies in the file ----

void expect_inside(const std::vector<int>& columns, const SourcePos& pos, const std::string& text) {
    if (pos.line == 0) return;
    const bool inside = pos.line >= 1 && pos.line <= static_cast<int>(columns.size()) && pos.column >= 1 &&
                        pos.column <= columns[static_cast<size_t>(pos.line - 1)] + 1;
    EXPECT_TRUE(inside) << place(pos) << " in\n" << text;
}

void expect_inside(const std::vector<int>& columns, const Node& node, const std::string& text) {
    expect_inside(columns, node.pos(), text);
    for (size_t i = 0; i < node.scalar().size(); ++i) expect_inside(columns, node.position(i), text);
    for (const Node& item : node.items()) expect_inside(columns, item, text);
    for (const Node::Entry& entry : node.entries()) {
        expect_inside(columns, entry.key_pos, text);
        expect_inside(columns, entry.value, text);
    }
}

TEST(Yaml, TwentyThousandMutationsDoNotBreakIt) {
    const std::string sample = "viresco: 1 # 版本\n"
                               "kind: unit\n"
                               "title: {en: \"Fed \\u00b0 batch\", zh: '补料''分批'}\n"
                               "reactions:\n"
                               "  - rate: mu * X\n"
                               "    stoichiometry: {X: 1, O2: ?, NH3: ?}\n"
                               "  -\n"
                               "    note: plain text\n"
                               "      goes on\n"
                               "equations: |\n"
                               "  a = b [kg/m3]\n"
                               "\n"
                               "    c = d\n"
                               "text: >-\n"
                               "  folded\n"
                               "  lines\n";
    const std::vector<std::string> pieces{"\n",
                                          " ",
                                          "  ",
                                          "\t",
                                          ":",
                                          ": ",
                                          "- ",
                                          "-",
                                          "?",
                                          "? ",
                                          "[",
                                          "]",
                                          "{",
                                          "}",
                                          ",",
                                          "\"",
                                          "'",
                                          "|",
                                          ">",
                                          "&a ",
                                          "*a",
                                          "!t ",
                                          "#",
                                          " #",
                                          "\\",
                                          "---\n",
                                          "...\n",
                                          "%Y",
                                          "@",
                                          "`",
                                          "\r\n",
                                          "\r",
                                          "中",
                                          "：",
                                          "\xEF\xBB\xBF",
                                          "\xFF",
                                          std::string(1, '\0'),
                                          "~",
                                          "\\x01",
                                          "\\\n"};
    std::mt19937 random(20240601);
    const auto below = [&](size_t n) { return static_cast<size_t>(random() % n); };
    int n_good = 0, n_bad = 0;
    for (int k = 0; k < 20'000; ++k) {
        std::string text = sample;
        const size_t n_mutations = 1 + below(4);
        for (size_t m = 0; m < n_mutations; ++m) {
            const size_t at = below(text.size() + 1);
            switch (below(4)) {
            case 0: text.insert(at, pieces[below(pieces.size())]); break;
            case 1: text.erase(at, 1 + below(8)); break;
            case 2: text.replace(at, 1, pieces[below(pieces.size())]); break;
            default: text.insert(at, text.substr(below(text.size()), below(30))); break;
            }
        }
        const Reading r(text);
        EXPECT_TRUE(r.root || r.diagnostics.has_errors()) << text; // null never without a reason
        std::vector<int> columns{0};
        for (size_t i = text.starts_with("\xEF\xBB\xBF") ? 3 : 0; i < text.size(); ++i) {
            if (text[i] == '\n')
                columns.push_back(0);
            else if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80)
                ++columns.back();
        }
        for (const Diagnostic& d : r.diagnostics.all()) {
            expect_inside(columns, d.pos, text);
            for (const auto& [pos, message] : d.related) expect_inside(columns, pos, text);
        }
        if (r.root) expect_inside(columns, *r.root, text);
        (r.root ? n_good : n_bad)++;
        if (testing::Test::HasFailure()) FAIL() << "mutation " << k;
    }
    EXPECT_GT(n_good, 1000);
    EXPECT_GT(n_bad, 1000);
}

} // namespace
} // namespace viresco::text
