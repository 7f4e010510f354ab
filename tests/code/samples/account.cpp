#include <string>

namespace bank {
namespace {
int hidden() { return 1; }
}

class Account;

template <typename T>
class Box {
 public:
  T get() const { return value_; }
  template <typename U>
  U as() const;

 private:
  T value_;
};

class Account : public Box<int> {
 public:
  explicit Account(std::string name);
  virtual ~Account();
  Account(const Account&) = delete;
  bool operator==(const Account& other) const;
  operator bool() const { return true; }
  static int count;
  void pay(int amount);
  void pay(int amount, std::string to);
  enum class Kind { Savings, Checking };
  struct Entry {
    int amount = 0;
  };
  friend class Auditor;
};

Account::Account(std::string name) {}

Account::~Account() {}

bool Account::operator==(const Account& other) const { return this == &other; }

void Account::pay(int amount) {
  auto later = [amount] { return amount; };
  later();
}

void Account::pay(int amount, std::string to) {}

template <typename T>
template <typename U>
U Box<T>::as() const {
  return U{};
}

using Number = long;

}  // namespace bank

namespace bank::tools {
constexpr int kLimit = 5;
}

extern "C" {
int c_entry(void) { return 0; }
}

int* bank::tools::find(int key) {
  return nullptr;
}
