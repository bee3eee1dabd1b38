//go:build !js

// Command launch makes a launch token, as a practice system's backend would,
// for trying things.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/clinicpro/photobridge/shared"
)

func main() {
	encounter := flag.String("encounter", "", "encounter id (required)")
	patient := flag.String("patient", "", "patient id (required)")
	facility := flag.String("facility", "", "facility id (required)")
	label := flag.String("label", "", "what the phone calls the patient")
	clinician := flag.String("clinician", "trial", "who launches: the token's sub")
	name := flag.String("name", "", "the clinician's name")
	life := flag.Duration("life", time.Hour, "how long it lives, 12h at most")
	flag.Usage = func() {
		fmt.Fprint(
			flag.CommandLine.Output(),
			"Makes a launch token, signed with LAUNCH_SECRET from the environment, and prints it.\n\n"+
				"  LAUNCH_SECRET=… go run ./edge/cmd/launch -encounter enc-1 -patient pat-1 -facility fac-1\n\n",
		)
		flag.PrintDefaults()
	}
	flag.Parse()
	token, err := mint(os.Getenv("LAUNCH_SECRET"), *life, jwt.MapClaims{
		"sub":          *clinician,
		"name":         *name,
		"encounterId":  *encounter,
		"patientId":    *patient,
		"facilityId":   *facility,
		"patientLabel": *label,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "launch:", err)
		os.Exit(2)
	}
	fmt.Println(token)
}

// mint adds the times to the claims and signs them.
func mint(secret string, life time.Duration, claims jwt.MapClaims) (string, error) {
	if secret == "" {
		return "", fmt.Errorf("set LAUNCH_SECRET to the deployment's")
	}
	for _, name := range []string{"encounterId", "patientId", "facilityId"} {
		if id, _ := claims[name].(string); !shared.ValidID(id) {
			return "", fmt.Errorf("%s is %q: give 1 to 64 letters, digits, dots, underscores or hyphens", name, id)
		}
	}
	if life <= 0 || life > shared.LaunchMaxTTL {
		return "", fmt.Errorf("a launch token lives more than nothing and at most %s", shared.LaunchMaxTTL)
	}
	now := time.Now()
	claims["iat"], claims["exp"] = now.Unix(), now.Add(life).Unix()
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(secret))
}
