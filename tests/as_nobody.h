#pragma once
#include <unistd.h>

namespace viresco {

/// While it lives, root reads files with the rights of nobody; other users keep their own.
class AsNobody {
public:
    AsNobody() : was_(geteuid()) {
        if (was_ == 0 && seteuid(65534) != 0) was_ = 1;
    }
    ~AsNobody() {
        if (was_ == 0 && seteuid(0) != 0) _exit(1);
    }
    AsNobody(const AsNobody&) = delete;
    AsNobody& operator=(const AsNobody&) = delete;

private:
    uid_t was_;
};

} // namespace viresco
