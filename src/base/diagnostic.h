#pragma once
#include "base/message.h"
#include "base/source.h"
#include <stdexcept>
#include <string>
#include <vector>

namespace viresco {

enum class Severity { error, warning, note };

/// One finding about the input: where, what, why, and what to do about it.
struct Diagnostic {
    Severity severity = Severity::error;
    SourcePos pos;
    Message message;
    std::vector<Message> hints;
    std::vector<std::pair<SourcePos, Message>> related;

    Diagnostic& hint(MessageId id, std::vector<std::string> args = {});
    Diagnostic& see(const SourcePos& where, MessageId id, std::vector<std::string> args = {});
};

/// Collects findings so that all errors of a file are reported at once.
class Diagnostics {
public:
    Diagnostic& error(const SourcePos&, MessageId, std::vector<std::string> args = {});
    Diagnostic& warning(const SourcePos&, MessageId, std::vector<std::string> args = {});

    const std::vector<Diagnostic>& all() const { return items_; }
    int n_errors() const { return n_errors_; }
    bool has_errors() const { return n_errors_ > 0; }
    void append(const Diagnostics&);
    void add(const Diagnostic&);
    /// Throws ConfigError with everything collected if there is an error.
    void throw_if_errors() const;

    /// Compiler style: "file:line:column: error: text", the line, a caret, "hint: ...".
    std::string text(Language) const;
    /// JSON array of {severity,id,file,line,column,message,hints,excerpt}.
    std::string json(Language) const;

private:
    std::vector<Diagnostic> items_;
    int n_errors_ = 0;
};

/// The input is wrong (exit status 2).
class ConfigError : public std::runtime_error {
public:
    explicit ConfigError(Diagnostics);
    const Diagnostics& diagnostics() const { return diagnostics_; }

private:
    Diagnostics diagnostics_;
};

/// The numerics failed (exit status 1): what failed and what is known about it.
class SolveError : public std::runtime_error {
public:
    explicit SolveError(Diagnostics);
    const Diagnostics& diagnostics() const { return diagnostics_; }

private:
    Diagnostics diagnostics_;
};

/// Up to three names of `known` that are close to `name`, best first (edit distance, case, prefix).
std::vector<std::string> suggestions(const std::string& name, const std::vector<std::string>& known);

/// Adds "did you mean 'a' or 'b'?" where some of `known` is close.
void suggest(Diagnostic&, const std::string& name, const std::vector<std::string>& known);

} // namespace viresco
