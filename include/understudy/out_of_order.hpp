// What a Protocol is besides where requests of one connection may be handled side by side.
#pragma once

namespace understudy {

/// Of any other protocol those of one connection are handled one after the other, whatever their
/// times: what was sent early waited.
class OutOfOrder {
 public:
  virtual ~OutOfOrder() = default;
};

}  // namespace understudy
