// Keys in tokens: smart cards, and whatever else has a PKCS#11 module. libcrypto 3.0 reaches them through its engines,
// which later versions call deprecated; Debian 12 has no provider for PKCS#11.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "Internal.h"

#include <openssl/engine.h>
#include <openssl/ui.h>

// A token that asks for more than the PIN it was given is told nothing: nobody may be prompted.
static int read_nothing(UI *interface, UI_STRING *string) {
  (void)interface;
  (void)string;
  return 0;
}

static EVP_PKEY *load(ENGINE *engine, const char *uri, const char *pin) {
  UI_METHOD *silent = UI_create_method("no prompt");
  EVP_PKEY *key = NULL;
  // It would write reasons of its own to standard error.
  ENGINE_ctrl_cmd_string(engine, "QUIET", NULL, 0);
  if (silent && UI_method_set_reader(silent, read_nothing) == 0 &&
      ENGINE_ctrl_cmd_string(engine, "PIN", pin, 0) == 1) {
    key = ENGINE_load_private_key(engine, uri, silent, NULL);
  }
  UI_destroy_method(silent);
  return key;
}

int32_t csigning_key_open_token(
    const char *uri, const char *pin, csigning_key **key, csigning_reason *reason) {
  ERR_clear_error();
  ENGINE *engine = ENGINE_by_id("pkcs11");
  if (!engine) {
    ERR_clear_error();
    return csigning_fail(
        reason, CSIGNING_KEY_UNUSABLE, "the PKCS#11 engine is not installed (package libengine-pkcs11-openssl)");
  }
  // The key holds the engine as long as it needs it.
  EVP_PKEY *found = ENGINE_init(engine) == 1 ? load(engine, uri, pin) : NULL;
  ENGINE_finish(engine);
  ENGINE_free(engine);
  if (!found) {
    ERR_clear_error();
    return csigning_fail(
        reason, CSIGNING_KEY_UNUSABLE, "no token has such a key, or the PIN is wrong, or no module is configured");
  }
  ERR_clear_error();
  if (csigning_kind_of(found) < 0) {
    EVP_PKEY_free(found);
    return csigning_fail(reason, CSIGNING_KEY_UNUSABLE, "a key of a kind or size that is not accepted");
  }
  *key = (csigning_key *)found;
  return 0;
}
