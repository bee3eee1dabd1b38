package main

import (
	"runtime"
	"unsafe"
)

// The host is instance.mjs. Each crossing between Go and JavaScript costs, and
// a js.Value costs more than that, so only integers cross:
// pointers and lengths into this program's memory. The host copies what it keeps.

// hostFetch sends a request. head has the same form as a message's head. patience is
// the time limit in milliseconds, and 0 means the platform's own. A negative value is
// what is left of the served request's time, negated; the host starts one timer for
// all fetches of that request.
// The response is a message with the call's number and a status. After a failure it
// has status 0 and the error's name.
//
//go:wasmimport host fetch
func hostFetch(call, patience int32, head, body string)

// hostLimit asks the rate limit of that name whether there may be one more of
// key; the response is a message with status 200 or 429.
//
//go:wasmimport host limit
func hostLimit(call int32, name, key string)

// hostRespond sends the response to the request that is being served.
//
//go:wasmimport host respond
func hostRespond(status int32, headerLines, body string)

// hostPost sends a POST in the background. It may end after the response, and is
// retried if that can help.
//
//go:wasmimport host post
func hostPost(url, headerLines, body string)

// hostLog writes a line of JSON.
//
//go:wasmimport host log
func hostLog(line string)

// hostReceive copies the message that the host has, head and body.
//
//go:wasmimport host receive
func hostReceive(into unsafe.Pointer)

// message is what the host sends: a request, whose head begins with a line of
// its method and URL, or the response to a call.
type message struct {
	status int
	head   string // header lines
	body   []byte
}

var (
	requests = make(chan message, 1)

	// waiting holds the calls without a response yet, by number. Goroutines
	// take turns here and are not preempted, so nothing guards them.
	waiting  = map[int32]chan message{}
	lastCall int32
)

// ask starts a call and waits for its response.
func ask(start func(call int32)) message {
	lastCall++
	response := make(chan message, 1)
	waiting[lastCall] = response
	start(lastCall)
	return <-response
}

// receive takes a message: a request if call is 0, else the response to that
// call. It returns when all goroutines wait again. To have the host resume the
// program would do the same, and wakes the event handler of syscall/js each time.
// A Go timer that starts here is not seen by the host: the host's fetches keep
// the deadlines.
//
//lint:ignore U1000 the host calls it
//go:wasmexport receive
func receive(call, status, headSize, bodySize int32) {
	content := make([]byte, headSize+bodySize)
	hostReceive(unsafe.Pointer(unsafe.SliceData(content)))
	received := message{int(status), text(content[:headSize]), content[headSize:]}
	if call == 0 {
		requests <- received
	} else {
		waiting[call] <- received
		delete(waiting, call)
	}
	// The scheduler prefers this goroutine to the others at most once in sixty-one
	// choices, so the second time all others run until they wait.
	runtime.Gosched()
	runtime.Gosched()
}
