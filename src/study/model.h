#pragma once
#include "jit/jit.h"
#include "study/cube.h"
#include "study/design.h"
#include "study/inputs.h"
#include <memory>
#include <string>
#include <vector>

namespace viresco::study {

/// Why a sample has no result in a route. The word of the cube is kind + 16 * detail.
struct Failure {
    enum class Kind : uint32_t {
        none,
        outside_limits,
        not_converged,
        requirement,
        negative_flow,
        not_a_number,
        balance,
        specification
    };
    Kind kind = Kind::none;
    uint32_t detail = 0; ///< what of that kind: an index into the tables of ScenarioModel
    uint32_t word() const { return static_cast<uint32_t>(kind) + 16 * detail; }
    static Failure of(uint32_t word) { return {static_cast<Kind>(word % 16), word / 16}; }
};

/// A column of the cube: an indicator of a route, in the unit of its definition.
struct Column {
    std::string route, indicator;
    units::Unit unit;
    matter::Title title;
    std::string boundary, better;
    size_t route_index = 0;
};

/// A scenario with what is read of its program after each evaluation.
struct ScenarioModel {
    std::string name;
    const cases::Case* compiled = nullptr;
    std::shared_ptr<jit::Code> code;
    std::vector<int32_t> slots, conditions; ///< per column; -1: none
    struct Watched {
        size_t route;
        int32_t slot, other; ///< negative flow: the stream's mass; balance: the gross flow
        Message text;
    };
    std::vector<Watched> requirements, flows, balances, products;
    struct Bounded {
        size_t route;
        int32_t slot;
        double lowest, highest;
        Message text;
    };
    std::vector<Bounded> specifications;
    std::vector<size_t> route_of_block;
    /// Routes that a parameter acts on: one, or all (routes.size()).
    std::vector<size_t> route_of_target;
    /// Text of a failure, without its numbers.
    Message text_of(const Failure&, const Inputs&) const;
};

/// Everything that a study evaluates: the scenarios of one case, compiled; inputs; columns.
class Model {
public:
    struct Request {
        cases::Request base;                 ///< scenario is ignored
        std::vector<std::string> scenarios;  ///< empty: the base alone
        std::vector<std::string> indicators; ///< empty: all
        jit::Mode jit = jit::Mode::automatic;
    };
    /// Throws ConfigError and SolveError as Case::compile does.
    Model(const Request&, Diagnostics& warnings);

    const std::vector<std::unique_ptr<cases::Case>>& cases() const { return cases_; }
    const std::vector<ScenarioModel>& scenarios() const { return scenarios_; }
    const std::vector<std::string>& routes() const { return routes_; }
    const std::vector<Column>& columns() const { return columns_; }
    const Inputs& inputs() const { return *inputs_; }
    /// Column of an indicator of a route, or -1.
    int column(size_t route, const std::string& indicator) const;
    /// Indicators in order, each once.
    std::vector<std::string> indicators() const;

private:
    ScenarioModel scenario(const cases::Case&, const std::string& name, jit::Mode) const;
    std::vector<std::unique_ptr<cases::Case>> cases_;
    std::vector<ScenarioModel> scenarios_;
    std::vector<std::string> routes_;
    std::vector<Column> columns_;
    std::unique_ptr<Inputs> inputs_;
};

/// Evaluates rows of a design, eight side by side: the working memory of one thread and one scenario.
class Worker {
public:
    Worker(const Model&, size_t scenario, const Design&, bool derivatives);

    /// Numbers and flags of rows first .. first + n - 1. A row's bits depend on the row alone.
    /// Per row: the columns; with derivatives also d column / d input, column by column (of a lognormal input with
    /// respect to ln x).
    Cube::Chunk rows(uint64_t first, uint64_t n);

    /// Parameters of a row, for a look at one sample.
    std::vector<double> parameters(uint64_t row);

private:
    static constexpr int width = 8;
    void batch(uint64_t first, size_t n, Cube::Chunk&, size_t at);
    void read(lang::Evaluation&, size_t lane, size_t sample, Cube::Chunk&, size_t row);
    void derivatives(lang::Evaluation&, std::span<const size_t> samples, Cube::Chunk&, size_t at);
    void judge(const lang::Evaluation&, size_t lane, std::span<uint32_t> flags) const;
    const Model& model_;
    const ScenarioModel& scenario_;
    const std::vector<Inputs::Target>& targets_;
    const Design& design_;
    bool derivatives_;
    lang::Evaluation evaluation_, single_; ///< single: samples that hold up the other seven
    std::vector<double> parameters_, u_, x_, lanes_, gradient_;
    std::vector<uint32_t> outside_; ///< per lane and route: failure word of a value outside its limits
};

} // namespace viresco::study
