#pragma once
#include "case/case.h"
#include "scratch.h"
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

namespace viresco::cases {

/// Files of a case in a folder of their own, compiled on demand.
class Workspace {
public:
    Workspace() = default;
    explicit Workspace(const std::string& name) : scratch_(name) {}

    const std::string& folder() const { return scratch_.path(); } // with "/" at its end
    void write(const std::string& file, const std::string& text) { text::write_file(scratch_.path() + file, text); }
    /// A case of one route `r` that is plant.yaml.
    void write_case(const std::string& scenarios = {}) {
        write("case.yaml", "viresco: 1\nkind: case\nproduct: p\nfunctional unit: 1 kg\nroutes: {r: "
                           "plant.yaml}\nbackground: [viresco_base]\n"
                           "electricity: {region: CN, type: footprint, year: 2024}\n" +
                               scenarios);
    }
    /// Compiles; the messages of a failure are in `messages`, those of warnings in `warnings`.
    bool compile(std::vector<std::pair<std::string, std::string>> settings = {}, const std::string& scenario = {}) {
        Request request;
        request.path = scratch_.path();
        request.scenario = scenario;
        request.settings = std::move(settings);
        request.models_folder = std::string(VIRESCO_SOURCE_DIR) + "/models";
        request.sources = &sources_;
        warnings = Diagnostics();
        messages.clear();
        try {
            compiled = Case::compile(request, warnings);
            evaluation = std::make_unique<lang::Evaluation>(compiled->program, 1);
        } catch (const ConfigError& e) {
            keep(e.diagnostics());
            return false;
        } catch (const SolveError& e) {
            keep(e.diagnostics());
            return false;
        }
        return true;
    }
    /// Evaluates at the parameters of the compiled case, or at others.
    bool evaluate(const std::vector<double>* parameters = nullptr) {
        messages.clear();
        try {
            cases::evaluate(*compiled, *evaluation, parameters ? *parameters : compiled->parameters);
        } catch (const ConfigError& e) {
            keep(e.diagnostics());
            return false;
        } catch (const SolveError& e) {
            keep(e.diagnostics());
            return false;
        }
        evaluation->run_audit();
        return true;
    }
    bool run(std::vector<std::pair<std::string, std::string>> settings = {}, const std::string& scenario = {}) {
        return compile(std::move(settings), scenario) && evaluate();
    }
    double value(const std::string& path) const {
        const Output* o = compiled->find(path);
        return o && o->slot >= 0 && o->missing < 0 ? evaluation->value(o->slot) : std::nan("");
    }
    /// "file:line:column id" of the first error.
    std::string error() const {
        for (const Diagnostic& d : failure.all())
            if (d.severity == Severity::error) {
                const std::string file = d.pos.file ? std::filesystem::path(d.pos.file->path).filename().string() : "";
                return file + ":" + std::to_string(d.pos.line) + ":" + std::to_string(d.pos.column) + " " +
                       d.message.name();
            }
        return "no error";
    }
    /// Largest relative residual of the conservation audit, and of what.
    std::pair<double, std::string> worst_balance() const {
        std::pair<double, std::string> worst{0, ""};
        for (const Case::Audit& a : compiled->audit()) {
            if (a.missing >= 0 || a.net < 0 || a.gross < 0) continue;
            const double gross = evaluation->value(a.gross),
                         closure = gross > 0 ? std::fabs(evaluation->value(a.net)) / gross : 0;
            if (!(closure <= worst.first)) worst = {closure, a.unit + " " + a.quantity};
        }
        return worst;
    }

    std::unique_ptr<Case> compiled;
    std::unique_ptr<lang::Evaluation> evaluation;
    Diagnostics warnings, failure;
    std::string messages;

private:
    void keep(const Diagnostics& d) {
        failure = d;
        messages = d.text(Language::en);
    }
    Scratch scratch_;
    SourceStore sources_;
};

} // namespace viresco::cases
