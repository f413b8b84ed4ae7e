package main

import (
	_ "embed"
	"fmt"
	"path/filepath"
	"regexp"
)

//go:embed hidden.py
var hiddenHelper []byte

// Where the generated code hands over what the program gave: a resource's inputs, a function's arguments.
var given = regexp.MustCompile(`(?m)^( +(?:__props__\.__dict__\["\w+"\]|__args__\['\w+'\]) = )([a-z]\w*)$`)

// hide makes Python's SDK give values over that no error shows. Pulumi's SDK prints an input that it can't send, with
// all that stands in it: a connection as a dict, its private key too, because of a password that is a list.
func hide(files map[string][]byte) error {
	hidden := 0
	for name, text := range files {
		if filepath.Ext(name) != ".py" {
			continue
		}
		hidden += len(given.FindAll(text, -1))
		files[name] = given.ReplaceAll(text, []byte("${1}_utilities.hidden(${2})"))
		if filepath.Base(name) == "_utilities.py" {
			files[name] = append(files[name], hiddenHelper...)
		}
	}
	if hidden == 0 {
		return fmt.Errorf("python's code hands inputs over in another way than is known here: secrets would be printed")
	}
	return nil
}
