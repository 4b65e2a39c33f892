#include "engine/hub.hpp"

#include <algorithm>
#include <utility>

namespace understudy::engine {

namespace {

bool is_about(const Listen& listen, std::string_view topic) {
  return listen.matches != nullptr ? listen.matches(listen.name, topic) : listen.name == topic;
}

}  // namespace

void Mailbox::on_ring(std::function<void()> ring) {
  const std::scoped_lock lock(mutex_);
  ring_ = std::move(ring);
}

void Mailbox::put(Delivery delivery) {
  const std::scoped_lock lock(mutex_);
  deliveries_.push_back(std::move(delivery));
  if (ring_) ring_();
}

void Mailbox::ring() {
  const std::scoped_lock lock(mutex_);
  if (ring_) ring_();
}

std::vector<Delivery> Mailbox::take() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(deliveries_, {});
}

void Hub::listen(const std::shared_ptr<Mailbox>& mailbox, const Listen& listen) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(listeners_, [&](const Listener& each) {
    return each.mailbox == mailbox && each.listen.space == listen.space &&
           each.listen.name == listen.name;
  });
  if (listen.on) listeners_.push_back({mailbox, listen});
}

void Hub::leave(const Mailbox& mailbox) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(listeners_, [&](const Listener& each) { return each.mailbox.get() == &mailbox; });
}

std::size_t Hub::publish(const Message& message, const Mailbox& sender) {
  const std::scoped_lock lock(mutex_);
  std::size_t heard = 0;
  for (std::uint32_t space = 0; space < 32 && message.spaces >> space != 0; ++space) {
    if ((message.spaces >> space & 1U) == 0) continue;
    for (const auto& [mailbox, listen] : listeners_) {
      if (listen.space != space || !is_about(listen, message.topic)) continue;
      ++heard;
      if (mailbox.get() != &sender)
        mailbox->put({space, listen.name, message.topic, message.text, message.sender});
    }
  }
  return heard;
}

}  // namespace understudy::engine
