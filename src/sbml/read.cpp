// The adapter of libsbml: everything of it is in this file.
#include "sbml/read.h"
#include "base/messages/sbml.h"

namespace viresco::sbml {

Refused::Refused(Diagnostics d, std::vector<std::string> features)
    : ConfigError(std::move(d)), features_(std::move(features)) {}

} // namespace viresco::sbml

#ifndef VIRESCO_HAVE_SBML

namespace viresco::sbml {

bool available() { return false; }

Document read(const std::string&, SourceStore&) {
    Diagnostics d;
    d.error({}, message::sbml_not_built).hint(message::sbml_not_built_hint);
    throw SolveError(d);
}

} // namespace viresco::sbml

#else

#include "text/node.h"
#include <algorithm>
#include <memory>
#include <sbml/SBMLTypes.h>
#include <sbml/conversion/ConversionProperties.h>
#include <sbml/extension/SBasePlugin.h>

namespace viresco::sbml {
namespace {

const char* operator_name(ASTNodeType_t type) {
    switch (type) {
    case AST_PLUS: return "plus";
    case AST_MINUS: return "minus";
    case AST_TIMES: return "times";
    case AST_DIVIDE: return "divide";
    case AST_POWER:
    case AST_FUNCTION_POWER: return "power";
    case AST_NAME_TIME: return "time";
    case AST_FUNCTION_ABS: return "abs";
    case AST_FUNCTION_ARCCOS: return "arccos";
    case AST_FUNCTION_ARCCOSH: return "arccosh";
    case AST_FUNCTION_ARCCOT: return "arccot";
    case AST_FUNCTION_ARCCOTH: return "arccoth";
    case AST_FUNCTION_ARCCSC: return "arccsc";
    case AST_FUNCTION_ARCCSCH: return "arccsch";
    case AST_FUNCTION_ARCSEC: return "arcsec";
    case AST_FUNCTION_ARCSECH: return "arcsech";
    case AST_FUNCTION_ARCSIN: return "arcsin";
    case AST_FUNCTION_ARCSINH: return "arcsinh";
    case AST_FUNCTION_ARCTAN: return "arctan";
    case AST_FUNCTION_ARCTANH: return "arctanh";
    case AST_FUNCTION_CEILING: return "ceiling";
    case AST_FUNCTION_COS: return "cos";
    case AST_FUNCTION_COSH: return "cosh";
    case AST_FUNCTION_COT: return "cot";
    case AST_FUNCTION_COTH: return "coth";
    case AST_FUNCTION_CSC: return "csc";
    case AST_FUNCTION_CSCH: return "csch";
    case AST_FUNCTION_EXP: return "exp";
    case AST_FUNCTION_FACTORIAL: return "factorial";
    case AST_FUNCTION_FLOOR: return "floor";
    case AST_FUNCTION_LN: return "ln";
    case AST_FUNCTION_LOG: return "log";
    case AST_FUNCTION_MAX: return "max";
    case AST_FUNCTION_MIN: return "min";
    case AST_FUNCTION_PIECEWISE: return "piecewise";
    case AST_FUNCTION_QUOTIENT: return "quotient";
    case AST_FUNCTION_RATE_OF: return "rateOf";
    case AST_FUNCTION_REM: return "rem";
    case AST_FUNCTION_ROOT: return "root";
    case AST_FUNCTION_SEC: return "sec";
    case AST_FUNCTION_SECH: return "sech";
    case AST_FUNCTION_SIN: return "sin";
    case AST_FUNCTION_SINH: return "sinh";
    case AST_FUNCTION_TAN: return "tan";
    case AST_FUNCTION_TANH: return "tanh";
    case AST_LOGICAL_AND: return "and";
    case AST_LOGICAL_IMPLIES: return "implies";
    case AST_LOGICAL_NOT: return "not";
    case AST_LOGICAL_OR: return "or";
    case AST_LOGICAL_XOR: return "xor";
    case AST_RELATIONAL_EQ: return "eq";
    case AST_RELATIONAL_GEQ: return "geq";
    case AST_RELATIONAL_GT: return "gt";
    case AST_RELATIONAL_LEQ: return "leq";
    case AST_RELATIONAL_LT: return "lt";
    case AST_RELATIONAL_NEQ: return "neq";
    default: return nullptr;
    }
}

Expression number(double value) { return {Expression::Kind::number, value, {}, {}}; }

class Reader {
public:
    Reader(const Model& model, const SourceFile* file) : model_(model), file_(file) {}

    Document document() {
        out_.name = model_.isSetId() ? model_.getId() : model_.getName();
        out_.level = static_cast<int>(model_.getLevel());
        out_.version = static_cast<int>(model_.getVersion());
        out_.conversion_factor = model_.getConversionFactor();
        if (out_.level < 2) refuse("SBML Level 1");
        for (unsigned i = 0; i < model_.getNumConstraints(); ++i)
            if (model_.getConstraint(i)->isSetMath()) refuse("constraint");
        functions();
        compartments();
        species();
        for (unsigned i = 0; i < model_.getNumParameters(); ++i)
            out_.parameters.push_back(parameter(*model_.getParameter(i)));
        rules();
        for (unsigned i = 0; i < model_.getNumReactions(); ++i) reaction(*model_.getReaction(i));
        for (unsigned i = 0; i < model_.getNumEvents(); ++i) event(*model_.getEvent(i), i);
        return std::move(out_);
    }
    const std::vector<std::string>& refused() const { return refused_; }

private:
    void refuse(const std::string& feature) {
        if (std::find(refused_.begin(), refused_.end(), feature) == refused_.end()) refused_.push_back(feature);
    }
    SourcePos place(const SBase& s) const { return {file_, static_cast<int>(s.getLine()), 1, 1}; }

    Expression expression(const ASTNode& n) {
        const ASTNodeType_t type = n.getType();
        Expression e;
        switch (type) {
        case AST_INTEGER:
        case AST_REAL:
        case AST_REAL_E:
        case AST_RATIONAL: return number(n.getValue());
        case AST_CONSTANT_E: return number(2.718281828459045);
        case AST_CONSTANT_PI: return number(3.141592653589793);
        case AST_CONSTANT_TRUE: return number(1);
        case AST_CONSTANT_FALSE: return number(0);
        // SBML Level 3 fixes the value of CODATA 2006.
        case AST_NAME_AVOGADRO: return number(6.02214179e23);
        case AST_NAME: return {Expression::Kind::symbol, 0, n.getName(), {}};
        case AST_FUNCTION: e = {Expression::Kind::call, 0, n.getName(), {}}; break;
        case AST_FUNCTION_DELAY: refuse("delay()"); return number(0);
        default:
            if (const char* name = operator_name(type)) {
                e = {Expression::Kind::apply, 0, name, {}};
                break;
            }
            refuse(std::string("MathML ") + (n.getName() ? n.getName() : "element"));
            return number(0);
        }
        for (unsigned i = 0; i < n.getNumChildren(); ++i) e.arguments.push_back(expression(*n.getChild(i)));
        return e;
    }
    Math math(const ASTNode* n) { return n ? Math(expression(*n)) : Math(); }

    void functions() {
        for (unsigned i = 0; i < model_.getNumFunctionDefinitions(); ++i) {
            const ::FunctionDefinition& f = *model_.getFunctionDefinition(i);
            FunctionDefinition d;
            d.id = f.getId();
            for (unsigned k = 0; k < f.getNumArguments(); ++k) d.arguments.emplace_back(f.getArgument(k)->getName());
            d.body = math(f.getBody());
            out_.functions.push_back(std::move(d));
        }
    }
    void compartments() {
        for (unsigned i = 0; i < model_.getNumCompartments(); ++i) {
            const ::Compartment& c = *model_.getCompartment(i);
            Compartment d;
            d.id = c.getId();
            if (c.isSetSize()) d.size = c.getSize();
            d.without_size = (out_.level == 2 || c.isSetSpatialDimensions()) && c.getSpatialDimensionsAsDouble() == 0;
            d.pos = place(c);
            out_.compartments.push_back(std::move(d));
        }
    }
    void species() {
        for (unsigned i = 0; i < model_.getNumSpecies(); ++i) {
            const ::Species& s = *model_.getSpecies(i);
            Species d;
            d.id = s.getId();
            d.compartment = s.getCompartment();
            d.conversion_factor = s.getConversionFactor();
            if (s.isSetInitialAmount()) d.amount = s.getInitialAmount();
            if (s.isSetInitialConcentration()) d.concentration = s.getInitialConcentration();
            d.only_substance = s.getHasOnlySubstanceUnits();
            d.boundary = s.getBoundaryCondition();
            d.constant = s.getConstant();
            d.pos = place(s);
            out_.species.push_back(std::move(d));
        }
    }
    template <class P>
    Parameter parameter(const P& p) const {
        return {p.getId(), p.isSetValue() ? std::optional(p.getValue()) : std::nullopt, place(p)};
    }
    void rules() {
        for (unsigned i = 0; i < model_.getNumInitialAssignments(); ++i) {
            const ::InitialAssignment& a = *model_.getInitialAssignment(i);
            if (a.isSetMath()) out_.initial_assignments.push_back({a.getSymbol(), math(a.getMath()), place(a)});
        }
        for (unsigned i = 0; i < model_.getNumRules(); ++i) {
            const ::Rule& r = *model_.getRule(i);
            if (!r.isSetMath()) continue; // determines nothing
            if (r.isAlgebraic())
                refuse("algebraic rule");
            else
                (r.isRate() ? out_.rate_rules : out_.assignment_rules)
                    .push_back({r.getVariable(), math(r.getMath()), place(r)});
        }
    }
    Participant participant(const SpeciesReference& r) {
        Participant p;
        p.id = r.getId();
        p.species = r.getSpecies();
        if (r.isSetStoichiometry() || (out_.level == 2 && !r.isSetStoichiometryMath()))
            p.stoichiometry = r.getStoichiometry() / r.getDenominator();
        if (r.isSetStoichiometryMath()) p.stoichiometry_math = math(r.getStoichiometryMath()->getMath());
        return p;
    }
    void reaction(const ::Reaction& r) {
        Reaction d;
        d.id = r.getId();
        d.pos = place(r);
        if (r.isSetFast() && r.getFast()) refuse("fast reaction");
        for (unsigned i = 0; i < r.getNumReactants(); ++i) d.reactants.push_back(participant(*r.getReactant(i)));
        for (unsigned i = 0; i < r.getNumProducts(); ++i) d.products.push_back(participant(*r.getProduct(i)));
        if (const KineticLaw* law = r.getKineticLaw()) {
            if (law->isSetMath()) d.rate = math(law->getMath());
            for (unsigned i = 0; i < law->getNumLocalParameters(); ++i)
                d.locals.push_back(parameter(*law->getLocalParameter(i)));
            for (unsigned i = 0; out_.level == 2 && i < law->getNumParameters(); ++i)
                d.locals.push_back(parameter(*law->getParameter(i)));
        }
        out_.reactions.push_back(std::move(d));
    }
    void event(const ::Event& e, unsigned number) {
        Event d;
        d.id = e.isSetId() ? e.getId() : "event " + std::to_string(number + 1);
        d.pos = place(e);
        if (const Trigger* t = e.getTrigger()) {
            d.trigger = math(t->getMath());
            if (out_.level > 2) {
                d.initial_value = t->getInitialValue();
                d.persistent = t->getPersistent();
            }
        }
        if (e.isSetDelay()) d.delay = math(e.getDelay()->getMath());
        if (e.isSetPriority()) d.priority = math(e.getPriority()->getMath());
        d.values_from_trigger_time = e.getUseValuesFromTriggerTime();
        for (unsigned i = 0; i < e.getNumEventAssignments(); ++i) {
            const EventAssignment& a = *e.getEventAssignment(i);
            if (a.isSetMath()) d.assignments.push_back({a.getVariable(), math(a.getMath()), place(a)});
        }
        out_.events.push_back(std::move(d));
    }

    const Model& model_;
    const SourceFile* file_;
    Document out_;
    std::vector<std::string> refused_;
};

/// The first serious finding of libsbml: its line and its text on one line.
bool failure(const SBMLDocument& document, int& line, std::string& text) {
    for (unsigned i = 0; i < document.getNumErrors(); ++i) {
        const SBMLError& e = *document.getError(i);
        if (e.getSeverity() < LIBSBML_SEV_ERROR) continue;
        line = static_cast<int>(e.getLine());
        text = e.getShortMessage().empty() ? e.getMessage() : e.getShortMessage();
        const std::string detail = e.getMessage();
        if (detail != text) text += ": " + detail;
        std::replace(text.begin(), text.end(), '\n', ' ');
        while (!text.empty() && text.back() == ' ') text.pop_back();
        return true;
    }
    return false;
}

/// Packages that change what a model means.
std::vector<std::string> packages(SBMLDocument& document) {
    std::vector<std::string> out;
    for (unsigned i = 0; i < document.getNumPlugins(); ++i) {
        const std::string name = document.getPlugin(i)->getPackageName();
        if (name == "fbc") out.emplace_back("flux balance (fbc)");
        const bool known = name == "fbc" || name == "comp" || name == "l3v2extendedmath";
        if (!known && document.getLevel() > 2 && document.getPackageRequired(name)) out.push_back("package " + name);
    }
    for (int i = 0; i < document.getNumUnknownPackages(); ++i)
        if (document.getPackageRequired(document.getUnknownPackageURI(i)))
            out.push_back("package " + document.getUnknownPackagePrefix(i));
    return out;
}

} // namespace

bool available() { return true; }

Document read(const std::string& path, SourceStore& sources) {
    Diagnostics d;
    constexpr size_t most = size_t{1} << 30;
    const SourceFile* file = text::read_file(sources, path, d, {}, most);
    d.throw_if_errors();
    const std::unique_ptr<SBMLDocument> document(::readSBMLFromFile(path.c_str()));
    const auto refuse = [&](const std::vector<std::string>& features) {
        if (features.empty()) return;
        for (const std::string& f : features)
            d.error({file, 0, 0, 1}, message::sbml_refused, {f, path}).hint(message::sbml_refused_hint);
        throw Refused(d, features);
    };
    refuse(packages(*document));
    int line = 0;
    std::string text;
    if (failure(*document, line, text)) {
        d.error({file, line, 1, 1}, message::sbml_unreadable, {path, text});
        d.throw_if_errors();
    }
    if (document->isPackageEnabled("comp")) {
        ConversionProperties options;
        options.addOption("flatten comp", true);
        options.addOption("performValidation", false);
        if (document->convert(options) != LIBSBML_OPERATION_SUCCESS) {
            failure(*document, line, text);
            d.error({file, 0, 0, 1}, message::sbml_flatten_failed, {path, text});
            d.throw_if_errors();
        }
        file = &sources.add(path, {}); // lines of a model put together say nothing
    }
    const Model* model = document->getModel();
    if (!model) {
        d.error({file, 0, 0, 1}, message::sbml_no_model, {path});
        d.throw_if_errors();
    }
    Reader reader(*model, file);
    Document out = reader.document();
    refuse(reader.refused());
    return out;
}

} // namespace viresco::sbml

#endif
