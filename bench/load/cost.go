//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// counters are those of the local cloud (local/meter).
type counters struct {
	Requests map[string]map[string]struct {
		Count int `json:"count"`
	} `json:"requests"`
	Commands map[string]int `json:"commands"`
	Frames   map[string]int `json:"frames"`
}

func resetCounters(control string) error {
	request, err := http.NewRequest("DELETE", control+"/counters", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

func readCounters(control string) (c counters, err error) {
	response, err := http.Get(control + "/counters")
	if err != nil {
		return c, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return c, fmt.Errorf("the local cloud's counters returned %d", response.StatusCode)
	}
	return c, json.NewDecoder(response.Body).Decode(&c)
}

// Cost is what encounters took of each vendor, in all.
type Cost struct {
	EdgeRequests  int `json:"edgeRequests"`
	RedisCommands int `json:"redisCommands"`
	S3Puts        int `json:"s3Puts"`
	S3Gets        int `json:"s3Gets"`
	S3Heads       int `json:"s3Heads"`
	S3Deletes     int `json:"s3Deletes"`
	// AblyPublished and AblyDelivered are messages; Ably bills both.
	AblyPublished int   `json:"ablyPublished"`
	AblyDelivered int   `json:"ablyDelivered"`
	EdgeUp        int64 `json:"edgeBytesUp"`
	EdgeDown      int64 `json:"edgeBytesDown"`
	S3Up          int64 `json:"s3BytesUp"`
	S3Down        int64 `json:"s3BytesDown"`
}

// costOf reads the vendors' side off the local cloud's counters, and the bytes
// and the edge's requests off what was asked.
func costOf(routes []RouteReport, c counters) Cost {
	s3 := c.Requests["s3"]
	cost := Cost{
		S3Puts: s3["PUT object"].Count, S3Gets: s3["GET object"].Count, S3Heads: s3["HEAD object"].Count,
		S3Deletes:     s3["DELETE object"].Count + s3["POST bucket"].Count,
		AblyPublished: c.Requests["realtime"]["POST messages"].Count,
		AblyDelivered: c.Frames["out MESSAGE"],
	}
	for _, count := range c.Commands {
		cost.RedisCommands += count
	}
	for _, r := range routes {
		switch {
		case r.edge:
			cost.EdgeRequests += r.Count
			cost.EdgeUp += r.BytesUp
			cost.EdgeDown += r.BytesDown
		case r.storage:
			cost.S3Up += r.BytesUp
			cost.S3Down += r.BytesDown
		}
	}
	return cost
}
