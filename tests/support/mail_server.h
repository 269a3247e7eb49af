// A mail server of its own for a test: aiosmtpd, which somebody else wrote, in a process that dies with the
// test. Speaks STARTTLS and asks for a password if it is told to.
#pragma once

#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tests/support/scratch_directory.h"
#include "tests/support/service_process.h"
#include "tests/support/test_certificates.h"

namespace skyhold {

struct MailServerOptions {
  bool starttls = false;     // offered and required
  std::string user{};        // asked for, with the password "lantern gravel"
  int refuse_first = 0;      // so many mails, with 451
  std::string refuse_for{};  // an address, with 550
};

struct ReceivedMail {
  std::string from;
  std::string to;
  std::string content;  // as it came over the wire, with CR LF
  bool over_tls = false;
  std::string user;
};

class MailServer {
 public:
  explicit MailServer(const MailServerOptions& options = {})
      : certificates_(make_test_certificates(directory_.path())) {
    std::ofstream(directory_ / "server.py") << kProgram;
    process_ = std::make_unique<ServiceProcess>(
        std::vector<std::string>{"/usr/bin/python3", directory_ / "server.py", directory_ / "mails",
                                 options.starttls ? certificates_.certificate_file.string() : "",
                                 certificates_.key_file.string(), options.user,
                                 fmt::format("{}", options.refuse_first), options.refuse_for},
        directory_ / "log");
    process_->wait_for("listening on ");
    process_->wait_for(" now");
  }

  static constexpr const char* kPassword = "lantern gravel";
  // By name: the certificate is for it.
  [[nodiscard]] std::string url() const {
    return fmt::format("smtp://localhost:{}", process_->found("listening on ", " now"));
  }
  [[nodiscard]] std::string ca_file() const { return certificates_.ca_file.string(); }
  [[nodiscard]] std::vector<ReceivedMail> mails() const {
    std::vector<ReceivedMail> all;
    std::ifstream file(directory_ / "mails");
    for (std::string line; std::getline(file, line);) {
      const nlohmann::json mail = nlohmann::json::parse(line);
      all.push_back({mail["from"], mail["to"], mail["content"], mail["tls"], mail["user"]});
    }
    return all;
  }

 private:
  static constexpr const char* kProgram = R"python(
import asyncio, json, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult
mails, certificate, key, user, refuse_first, refuse_for = sys.argv[1:]
refusals = int(refuse_first)

class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address == refuse_for:
            return "550 5.1.1 nobody of that name here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server, session, envelope):
        global refusals
        if refusals > 0:
            refusals -= 1
            return "451 4.7.1 come back later"
        with open(mails, "a") as file:
            for to in envelope.rcpt_tos:
                file.write(json.dumps({"from": envelope.mail_from, "to": to, "tls": session.ssl is not None,
                                       "user": session.auth_data or "",
                                       "content": envelope.original_content.decode("ascii")}) + "\n")
        return "250 2.0.0 kept as 4F2"

def authenticate(server, session, envelope, mechanism, data):
    good = data.login == user.encode() and data.password == b"lantern gravel"
    return AuthResult(success=good, handled=False, auth_data=user if good else None)

def make():
    options = {"enable_SMTPUTF8": False}
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        options.update(tls_context=context, require_starttls=True)
    if user:
        options.update(authenticator=authenticate, auth_required=True, auth_require_tls=bool(certificate))
    return SMTP(Handler(), **options)

async def serve():
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
    print("listening on", server.sockets[0].getsockname()[1], "now", flush=True)
    await server.serve_forever()

asyncio.run(serve())
)python";

  ScratchDirectory directory_;
  const TestCertificates certificates_;
  std::unique_ptr<ServiceProcess> process_;
};

}  // namespace skyhold
