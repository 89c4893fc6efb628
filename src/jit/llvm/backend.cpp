// The plug-in: the only file that includes LLVM. Compiled into a module of its own, which is opened when code has to be
// made; the program itself does not depend on it. Written for LLVM 14.
#include "jit/functions.h"
#include "jit/request.h"
#include <algorithm>
#include <llvm/ADT/SmallString.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>
#include <memory>
#include <mutex>
#include <thread>

namespace viresco::jit {
namespace {

using lang::Instruction;
using lang::Op;
using llvm::Value;

std::string name(size_t tape) { return "t" + std::to_string(tape); }
std::string name(size_t tape, size_t piece) { return "p" + std::to_string(tape) + "_" + std::to_string(piece); }

/// Builds the functions of some pieces in a module of its own.
class Builder {
public:
    Builder(const Request& r, llvm::LLVMContext& context, const std::vector<const double*>& constants)
        : r_(r), constants_(constants), module_(std::make_unique<llvm::Module>("viresco", context)), b_(context),
          double_(b_.getDoubleTy()), values_(static_cast<size_t>(r.n_slots), nullptr) {
        type_ = r.lanes == 1
                    ? double_
                    : static_cast<llvm::Type*>(llvm::FixedVectorType::get(double_, static_cast<unsigned>(r.lanes)));
        pointer_ = double_->getPointerTo();
        table_type_ = llvm::ArrayType::get(b_.getInt8PtrTy(), table_entries);
        table_ = new llvm::GlobalVariable(*module_, table_type_, true, llvm::GlobalValue::ExternalLinkage, nullptr,
                                          "functions");
        table_->setVisibility(llvm::GlobalValue::HiddenVisibility);
        table_->setDSOLocal(true);
        llvm::AttrBuilder attributes(context);
        attributes.addAttribute(llvm::Attribute::NoUnwind);
        attributes.addAttribute("target-features", r.features);
        attributes.addAttribute("no-builtins"); // no call may turn into another one: exp2 for pow(2, x)
        attributes.addAttribute("no-trapping-math", "true");
        attributes.addAttribute("min-legal-vector-width", std::to_string(64 * r.lanes));
        attributes.addAttribute("prefer-vector-width", std::to_string(64 * r.lanes));
        attributes_ = llvm::AttributeList::get(context, llvm::AttributeList::FunctionIndex, attributes);
    }
    std::unique_ptr<llvm::Module> take() { return std::move(module_); }

    void piece(size_t tape, size_t k) {
        const Piece& p = r_.tapes[tape][k];
        begin(name(tape, k));
        // Each value is stored as soon as it is there: fewer are alive at once.
        size_t next = 0; // of p.out, which goes by the order of making
        const auto put_out = [&](int32_t slot) {
            for (; next < p.out.size() && p.out[next].first == slot; ++next)
                store(get(slot), out_, p.out[next].second * r_.width);
        };
        for (const auto& [slot, place] : p.passed) store(slot < 0 ? splat(0.0) : get(slot), out_, place * r_.width);
        for (const Instruction& i : p.steps) {
            set(i.result, value(i));
            if (std::binary_search(p.keep.begin(), p.keep.end(), i.result))
                store(get(i.result), slots_, i.result * r_.width);
            put_out(i.result);
        }
        b_.CreateRetVoid();
        for (const int32_t slot : touched_) values_[static_cast<size_t>(slot)] = nullptr;
        touched_.clear();
    }

    /// All pieces of a tape, each for every group of lanes.
    void tape(size_t t) {
        begin(name(t));
        for (size_t k = 0; k < r_.tapes[t].size(); ++k) {
            const llvm::FunctionCallee piece = declare(name(t, k));
            for (int lane = 0; lane < r_.width; lane += r_.lanes) {
                const auto offset = [&](Value* base) {
                    return b_.CreateConstGEP1_32(double_, base, static_cast<unsigned>(lane));
                };
                b_.CreateCall(piece, {offset(slots_), offset(variables_), offset(out_)});
            }
        }
        b_.CreateRetVoid();
    }

private:
    llvm::Function* declare(const std::string& called) {
        if (llvm::Function* f = module_->getFunction(called)) return f;
        auto* f = llvm::Function::Create(llvm::FunctionType::get(b_.getVoidTy(), {pointer_, pointer_, pointer_}, false),
                                         llvm::GlobalValue::ExternalLinkage, called, *module_);
        f->setVisibility(llvm::GlobalValue::HiddenVisibility);
        f->setDSOLocal(true);
        f->setAttributes(attributes_);
        return f;
    }
    void begin(const std::string& called) {
        llvm::Function* f = declare(called);
        for (unsigned k = 0; k < 3; ++k) f->addParamAttr(k, llvm::Attribute::NoAlias);
        slots_ = f->getArg(0);
        variables_ = f->getArg(1);
        out_ = f->getArg(2);
        b_.SetInsertPoint(llvm::BasicBlock::Create(module_->getContext(), "", f));
    }
    Value* splat(double v) const { return llvm::ConstantFP::get(type_, v); }
    void set(int32_t slot, Value* v) {
        values_[static_cast<size_t>(slot)] = v;
        touched_.push_back(slot);
    }
    Value* address(Value* base, int32_t doubles) {
        Value* const p = b_.CreateConstGEP1_32(double_, base, static_cast<unsigned>(doubles));
        return r_.lanes == 1 ? p : b_.CreateBitCast(p, type_->getPointerTo());
    }
    void store(Value* v, Value* base, int32_t doubles) {
        b_.CreateAlignedStore(v, address(base, doubles), llvm::Align(8));
    }
    /// The value of a slot: made in this piece, a constant, or read from memory at its first use.
    Value* get(int32_t slot) {
        if (Value* v = values_[static_cast<size_t>(slot)]) return v;
        if (const double* c = constants_[static_cast<size_t>(slot)]) return splat(*c);
        set(slot, b_.CreateAlignedLoad(type_, address(slot < r_.n_variables ? variables_ : slots_, slot * r_.width),
                                       llvm::Align(8)));
        return values_[static_cast<size_t>(slot)];
    }
    Value* call(size_t entry, llvm::Type* type, llvm::ArrayRef<Value*> arguments) {
        std::vector<llvm::Type*> types;
        for (Value* a : arguments) types.push_back(a->getType());
        auto* signature = llvm::FunctionType::get(type, types, false);
        Value* place = b_.CreateConstGEP2_32(table_type_, table_, 0, static_cast<unsigned>(entry));
        Value* code = b_.CreateLoad(b_.getInt8PtrTy(), place);
        llvm::CallInst* c = b_.CreateCall(signature, b_.CreateBitCast(code, signature->getPointerTo()), arguments);
        c->setDoesNotThrow();
        c->setDoesNotAccessMemory(); // pure: what was read of the slots before still holds
        return c;
    }
    Value* intrinsic(llvm::Intrinsic::ID id, Value* a) { return b_.CreateUnaryIntrinsic(id, a); }

    Value* function(const Instruction& i) {
        Value* const a = get(i.a);
        Value* const b = i.b >= 0 ? get(i.b) : nullptr;
        Value* const c = i.op != Op::property && i.c >= 0 ? get(i.c) : nullptr;
        if (const auto f = function_of(i.op)) {
            const size_t entry = static_cast<size_t>(*f) + (r_.lanes > 1 ? n_functions : 0);
            return b ? call(entry, type_, {a, b}) : call(entry, type_, {a});
        }
        const int64_t code = static_cast<int64_t>(i.op) + (i.op == Op::property ? 256 * (int64_t{i.c} + 1) : 0);
        Value* const zero = llvm::ConstantFP::get(double_, 0.0);
        const auto lane = [&](Value* v, int l) -> Value* {
            return !v ? zero : r_.lanes == 1 ? v : b_.CreateExtractElement(v, static_cast<uint64_t>(l));
        };
        Value* result = splat(0.0);
        for (int l = 0; l < r_.lanes; ++l) {
            Value* const y = call(
                static_cast<size_t>(Function::general), double_,
                // The interpreter hands the first operand on where there is no second.
                {b_.getInt64(static_cast<uint64_t>(code)), lane(a, l), lane(b ? b : a, l), lane(c, l)});
            result = r_.lanes == 1 ? y : b_.CreateInsertElement(result, y, static_cast<uint64_t>(l));
        }
        return result;
    }

    Value* value(const Instruction& i) {
        const auto a = [&] { return get(i.a); };
        const auto b = [&] { return get(i.b); };
        switch (i.op) {
        case Op::negate: return b_.CreateFNeg(a());
        case Op::add: return b_.CreateFAdd(a(), b());
        case Op::subtract: return b_.CreateFSub(a(), b());
        case Op::multiply: return b_.CreateFMul(a(), b());
        case Op::divide: return b_.CreateFDiv(a(), b());
        case Op::sqrt: return intrinsic(llvm::Intrinsic::sqrt, a());
        case Op::abs: return intrinsic(llvm::Intrinsic::fabs, a());
        case Op::min: return b_.CreateSelect(b_.CreateFCmpOLT(b(), a()), b(), a());
        case Op::max: return b_.CreateSelect(b_.CreateFCmpOLT(a(), b()), b(), a());
        case Op::less: return b_.CreateSelect(b_.CreateFCmpOLT(a(), b()), splat(1.0), splat(0.0));
        case Op::select: return b_.CreateSelect(b_.CreateFCmpUNE(a(), splat(0.0)), b(), get(i.c));
        default: return function(i);
        }
    }

    const Request& r_;
    const std::vector<const double*>& constants_;
    std::unique_ptr<llvm::Module> module_;
    llvm::IRBuilder<> b_;
    llvm::Type *double_, *type_, *pointer_;
    llvm::ArrayType* table_type_;
    llvm::GlobalVariable* table_;
    llvm::AttributeList attributes_;
    Value *slots_ = nullptr, *variables_ = nullptr, *out_ = nullptr;
    std::vector<Value*> values_;
    std::vector<int32_t> touched_;
};

bool emit(const Request& r, llvm::Module& module, std::string& object, std::string& error) {
    const std::string triple = "x86_64-unknown-linux-gnu";
    const llvm::Target* target = llvm::TargetRegistry::lookupTarget(triple, error);
    if (!target) return false;
    llvm::TargetOptions options;
    options.AllowFPOpFusion = llvm::FPOpFusion::Strict; // no contraction: it would change bits
    constexpr llvm::CodeGenOpt::Level levels[] = {llvm::CodeGenOpt::None, llvm::CodeGenOpt::Less,
                                                  llvm::CodeGenOpt::Default};
    const std::unique_ptr<llvm::TargetMachine> machine(target->createTargetMachine(
        triple, "x86-64", r.features, options, llvm::Reloc::PIC_, llvm::CodeModel::Small, levels[r.effort]));
    if (!machine) {
        error = "no code generator for " + triple;
        return false;
    }
    module.setTargetTriple(triple);
    module.setDataLayout(machine->createDataLayout());
    llvm::SmallString<0> bytes;
    llvm::raw_svector_ostream stream(bytes);
    llvm::legacy::PassManager passes;
    if (machine->addPassesToEmitFile(passes, stream, nullptr, llvm::CGFT_ObjectFile, /*DisableVerify=*/true)) {
        error = "LLVM emits no object files";
        return false;
    }
    passes.run(module);
    object.assign(bytes.data(), bytes.size());
    return true;
}

bool compile(const Request& r, std::vector<std::string>& objects, std::string& error) {
    static std::once_flag once;
    std::call_once(once, [] {
        LLVMInitializeX86TargetInfo();
        LLVMInitializeX86Target();
        LLVMInitializeX86TargetMC();
        LLVMInitializeX86AsmPrinter();
    });
    std::vector<const double*> constants(static_cast<size_t>(r.n_slots), nullptr);
    for (const auto& [slot, value] : r.constants) constants[static_cast<size_t>(slot)] = &value;
    // Largest pieces first, each to the thread that has least to do.
    struct Share {
        std::vector<std::pair<size_t, size_t>> pieces;
        size_t operations = 0;
        std::string object, error;
        bool good = false;
    };
    std::vector<std::pair<size_t, size_t>> all;
    for (size_t t = 0; t < r.tapes.size(); ++t)
        for (size_t k = 0; k < r.tapes[t].size(); ++k) all.emplace_back(t, k);
    const auto size = [&](const std::pair<size_t, size_t>& p) { return r.tapes[p.first][p.second].steps.size(); };
    std::stable_sort(all.begin(), all.end(), [&](const auto& x, const auto& y) { return size(x) > size(y); });
    std::vector<Share> shares(static_cast<size_t>(std::max(1, r.threads)));
    for (const auto& p : all) {
        Share& least = *std::min_element(shares.begin(), shares.end(),
                                         [](const Share& x, const Share& y) { return x.operations < y.operations; });
        least.pieces.push_back(p);
        least.operations += size(p) + 1;
    }
    const auto work = [&](Share& s, bool entries) {
        llvm::LLVMContext context;
        Builder builder(r, context, constants);
        for (const auto& [t, k] : s.pieces) builder.piece(t, k);
        if (entries)
            for (size_t t = 0; t < r.tapes.size(); ++t) builder.tape(t);
        const auto module = builder.take();
        s.good = emit(r, *module, s.object, s.error);
    };
    std::vector<std::thread> threads;
    for (size_t k = 1; k < shares.size(); ++k)
        if (!shares[k].pieces.empty()) threads.emplace_back([&, k] { work(shares[k], false); });
    work(shares[0], true);
    for (std::thread& t : threads) t.join();
    for (Share& s : shares) {
        if (&s != &shares[0] && s.pieces.empty()) continue;
        if (!s.good) {
            error = s.error;
            return false;
        }
        objects.push_back(std::move(s.object));
    }
    return true;
}

} // namespace
} // namespace viresco::jit

extern "C" __attribute__((visibility("default"))) bool
viresco_jit_compile_1(const viresco::jit::Request& request, std::vector<std::string>& objects, std::string& error) {
    return viresco::jit::compile(request, objects, error);
}
