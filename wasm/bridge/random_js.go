package bridge

import "syscall/js"

// Random fills b, of at most 64 KiB, with random bytes fit for keys and nonces
// (https://www.w3.org/TR/webcrypto/#Crypto-method-getRandomValues). Go's own
// source of them would be 9 KB of brotli more.
func Random(b []byte) {
	array := js.Global().Get("Uint8Array").New(len(b))
	js.Global().Get("crypto").Call("getRandomValues", array)
	js.CopyBytesToGo(b, array)
}
