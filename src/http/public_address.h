// Which addresses belong to the public internet. What people may name and we connect to must not be a way
// into the network that we stand in.
#pragma once

#include <sys/socket.h>

namespace skyhold {

// False for this machine, private and shared networks, link-local (the clouds' metadata servers), multicast,
// documentation, reserved, and IPv6 forms that lead to such an IPv4 address; and for what is no IP address.
bool is_public_address(const sockaddr& address);

}  // namespace skyhold
