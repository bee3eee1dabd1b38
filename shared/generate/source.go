package main

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/doc"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
)

// source is a Go package, read without what it imports.
type source struct {
	*doc.Package
	fset     *token.FileSet
	known    map[string]kind     // the types that it does not declare
	types    map[string]ast.Expr // those that it declares
	values   map[string][]value  // the constants of a type, or of none
	literals map[string]string   // of all constants
	wrong    []error
}

// value is a constant that clients know. Its literal is the same in Go, TypeScript and YAML.
type value struct{ name, doc, literal string }

// kind is how the three outputs call a type. The codec is a function of package wire.
type kind struct{ codec, typeScript, schema string }

var basics = map[string]kind{
	"string":            {"Text", "string", "type: string"},
	"bool":              {"Bool", "boolean", "type: boolean"},
	"int":               {"Int", "number", "type: integer"},
	"int64":             {"Int", "number", "type: integer, format: int64"},
	"time.Time":         {"Time", "string", "type: string, format: date-time"},
	"map[string]string": {"Map", "Record<string, string>", "type: object, additionalProperties: {type: string}"},
}

// load reads the package in a folder, and adds its types to those that are known.
func load(folder string, known map[string]kind) (*source, error) {
	found, err := build.ImportDir(folder, 0)
	if err != nil {
		return nil, err
	}
	s := &source{
		fset: token.NewFileSet(), known: known, types: map[string]ast.Expr{},
		values: map[string][]value{}, literals: map[string]string{},
	}
	var files []*ast.File
	for _, name := range found.GoFiles {
		file, err := parser.ParseFile(s.fset, filepath.Join(folder, name), nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	if s.Package, err = doc.NewFromFiles(s.fset, files, folder, doc.PreserveAST); err != nil {
		return nil, err
	}
	s.note("", s.Consts)
	for _, t := range s.Types {
		t.Doc = strings.TrimSpace(t.Doc)
		s.types[t.Name] = t.Decl.Specs[0].(*ast.TypeSpec).Type
		s.note(t.Name, t.Consts)
	}
	for name := range s.types {
		k := s.kindOf(ast.NewIdent(name))
		known[s.Name+"."+name] = kind{k.codec, s.Name + "." + name, k.schema}
	}
	return s, nil
}

// note keeps the constants of a type. Those of none may be made of others, as durations are, and are not for clients.
func (s *source) note(of string, groups []*doc.Value) {
	for _, group := range groups {
		for _, spec := range group.Decl.Specs {
			spec := spec.(*ast.ValueSpec)
			comment := strings.TrimSpace(spec.Doc.Text() + spec.Comment.Text())
			for i, expression := range spec.Values {
				name := spec.Names[i].Name
				result, err := types.Eval(s.fset, nil, token.NoPos, types.ExprString(expression))
				if err == nil {
					s.literals[name] = result.Value.ExactString()
				} else if of != "" {
					s.fail(spec, name+" needs a literal value")
				}
				if text := s.literals[name]; strings.Trim(text, `"`) != "" && !strings.HasSuffix(name, "Pattern") {
					s.values[of] = append(s.values[of], value{name, comment, text})
				}
			}
		}
	}
}

// kindOf returns a kind whose codec does not exist for a type that no message may have.
func (s *source) kindOf(t ast.Expr) kind {
	switch t := t.(type) {
	case *ast.StarExpr:
		of := s.kindOf(t.X)
		return kind{"Optional" + of.codec, of.typeScript, of.schema}
	case *ast.ArrayType:
		if of := s.kindOf(t.Elt); t.Len == nil {
			return kind{of.codec + "s", of.typeScript + "[]", "type: array, items: {" + of.schema + "}"}
		}
	}
	name := types.ExprString(t)
	if s.types[name] == nil {
		return s.known[name]
	}
	k := kind{"", name, schemaNamed(name)}
	switch of := s.underlying(t).(type) {
	case *ast.StructType:
		if slices.ContainsFunc(of.Fields.List, func(f *ast.Field) bool { return f.Tag != nil }) {
			k.codec = "Object"
		}
	case *ast.Ident:
		if of.Name == "string" {
			k.codec = "Text"
		}
	}
	return k
}

// underlying returns what a type is in the end.
func (s *source) underlying(t ast.Expr) ast.Expr {
	if declared := s.types[types.ExprString(t)]; declared != nil {
		return s.underlying(declared)
	}
	return t
}

func schemaNamed(name string) string { return "$ref: '#/components/schemas/" + name + "'" }

// fail notes a construct that has no mapping, with its file and line.
func (s *source) fail(at ast.Node, text string) {
	s.wrong = append(s.wrong, fmt.Errorf("%s: %s", s.fset.Position(at.Pos()), text))
}
