package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/types"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// output is what one package becomes.
type output struct{ codec, typeScript, schemas string }

// generate returns what the package in a folder becomes.
func generate(folder string, known map[string]kind) (output, error) {
	s, err := load(folder, known)
	if err != nil {
		return output{}, err
	}
	o := output{codec: header + "\npackage " + s.Name + "\n\nimport \"github.com/clinicpro/photobridge/shared/wire\"\n"}
	for _, c := range s.values[""] {
		name := strings.ToUpper(wordStart.ReplaceAllString(c.name, "${1}_$2"))
		o.typeScript += "\n" + comment("", c.doc) + "export const " + name + " = " + c.literal + ";\n"
	}
	for _, t := range s.Types {
		switch name := ast.NewIdent(t.Name); s.kindOf(name).codec {
		case "Object":
			s.addMessage(&o, t.Name, t.Doc, s.underlying(name).(*ast.StructType).Fields.List)
		case "Text":
			s.addChoice(&o, t.Name, t.Doc)
		}
	}
	codec, err := format.Source([]byte(o.codec))
	o.codec = string(codec)
	return o, errors.Join(append(s.wrong, err)...)
}

var wordStart = regexp.MustCompile(`([a-z0-9])([A-Z])`)

// addChoice adds a type with the values of its constants, or with any value if it has none.
func (s *source) addChoice(o *output, name, doc string) {
	var values []string
	for _, v := range s.values[name] {
		values = append(values, v.literal)
	}
	if of := types.ExprString(s.types[name]); of != "string" { // it adds values to another choice
		o.typeScript += alias(name, doc, append([]string{of}, values...))
		return
	}
	o.schemas += fmt.Sprintf("    %s:\n      description: %q\n      type: string\n", name, doc)
	if pattern := s.literals[name+"Pattern"]; pattern != "" {
		o.schemas += "      pattern: " + pattern + "\n"
	}
	if values != nil {
		o.schemas += "      enum: [" + strings.Join(values, ", ") + "]\n"
	}
	o.typeScript += alias(name, doc, values)
}

// field is not JSON if it has no codec.
type field struct {
	name, doc string
	optional  bool
	tags      reflect.StructTag
	kind
}

// addMessage adds a struct whose fields have JSON names.
func (s *source) addMessage(o *output, name, doc string, of []*ast.Field) {
	isPatch, isUnion := strings.HasSuffix(name, "Patch"), false
	var fields []field
	var required []string
	o.codec += "\n// Fields implements wire.Message.\nfunc (m *" + name + ") Fields(f *wire.Fields) {\n"
	o.schemas += fmt.Sprintf("    %s:\n      description: %q\n      type: object\n      properties:\n", name, doc)
	for _, field := range of {
		f := s.fieldOf(field)
		if isPatch && f.tags.Get("patch") == "-" {
			continue
		} else if isPatch {
			f.typeScript += " | null"
			f.schema = "anyOf: [{type: [string, 'null'], enum: ['', null]}, {" + f.schema + "}]"
		}
		fields = append(fields, f)
		isUnion = isUnion || f.tags.Get("of") != ""
		if f.codec == "" {
			continue
		}
		presence := "OmitEmpty"
		if !f.optional {
			presence, required = "Always", append(required, f.name)
		}
		if f.doc != "" {
			f.schema = fmt.Sprintf("description: %q, %s", f.doc, f.schema)
		}
		o.codec += fmt.Sprintf("\twire.%s(f, %q, &m.%s, wire.%s)\n", f.codec, f.name, field.Names[0], presence)
		o.schemas += "        " + f.name + ": {" + f.schema + "}\n"
	}
	o.codec += "}\n"
	if required != nil {
		o.schemas += "      required: [" + strings.Join(required, ", ") + "]\n"
	}
	if isPatch {
		o.schemas += "      minProperties: 1\n"
	}
	if fields[0].tags.Get("closed") != "" {
		o.schemas += "      additionalProperties: false\n"
	}
	if isUnion {
		o.typeScript += union(name, doc, fields, s.values[types.ExprString(of[0].Type)])
	} else if fields[0].tags.Get("ts") != "-" {
		o.typeScript += object(name, doc, fields)
	}
}

var codecs = strings.Fields("Text Int Bool Time Object OptionalInt OptionalTime OptionalObject Texts Objects Map")

func (s *source) fieldOf(of *ast.Field) field {
	f := field{doc: strings.TrimSpace(of.Doc.Text() + of.Comment.Text()), kind: s.kindOf(of.Type)}
	if of.Tag != nil {
		tags, _ := strconv.Unquote(of.Tag.Value) // the parser knows that it is a string
		f.tags = reflect.StructTag(tags)
	}
	name, options, _ := strings.Cut(f.tags.Get("json"), ",")
	f.name, f.optional = name, options == "omitempty"
	switch isPointer := strings.HasPrefix(f.codec, "Optional"); {
	case name == "-":
		f.codec = ""
		f.name, f.typeScript, _ = strings.Cut(f.tags.Get("ts"), ": ")
	case name == "" || options != "" && !f.optional || len(of.Names) != 1:
		f.codec = ""
		s.fail(of, "a field needs a name and a JSON name, and no option but omitempty")
	case !slices.Contains(codecs, f.codec):
		s.fail(of, "no message may have a field of the type "+types.ExprString(of.Type))
	case isPointer && !f.optional || f.optional && (f.codec == "Object" || f.codec == "Time"):
		s.fail(of, "a field must be a pointer with omitempty, or neither")
	}
	if ref := f.tags.Get("ref"); ref != "" {
		f.schema = schemaNamed(ref)
	}
	if keywords := f.tags.Get("schema"); keywords != "" {
		f.schema += ", " + constantName.ReplaceAllStringFunc(keywords, func(name string) string {
			if s.literals[name] == "" {
				s.fail(of, name+" is no constant")
			}
			return s.literals[name]
		})
	}
	return f
}

var constantName = regexp.MustCompile(`\b[A-Z]\w+`)

// union returns TypeScript with an interface for each variant.
func union(name, doc string, fields []field, variants []value) (typeScript string) {
	var names []string
	for _, v := range variants {
		variant := strings.Trim(v.literal, `"`)
		has := []field{{name: fields[0].name, kind: kind{typeScript: v.literal}}}
		for _, f := range fields {
			of := strings.Split(f.tags.Get("of"), ",")
			f.optional = slices.Contains(of, variant+"?")
			if f.optional || slices.Contains(of, variant) {
				has = append(has, f)
			}
		}
		names = append(names, strings.ToUpper(variant[:1])+variant[1:]+name)
		typeScript += object(names[len(names)-1], v.doc, has)
	}
	return typeScript + alias(name, doc, names)
}

// object returns an interface of TypeScript.
func object(name, doc string, fields []field) string {
	typeScript := "\n" + comment("", doc) + "export interface " + name + " {\n"
	for _, f := range fields {
		mark := ": "
		if f.optional {
			mark = "?: "
		}
		typeScript += "  " + comment("  ", f.doc) + f.name + mark + f.typeScript + ";\n"
	}
	return typeScript + "}\n"
}

// alias returns a type of TypeScript that is one of these, or any string.
func alias(name, doc string, of []string) string {
	if of == nil {
		of = []string{"string"}
	}
	return "\n" + comment("", doc) + "export type " + name + " =\n  | " + strings.Join(of, "\n  | ") + ";\n"
}

// comment returns a comment, and what indents the line after it.
func comment(by, text string) string {
	if text == "" {
		return ""
	}
	return "/** " + strings.ReplaceAll(text, "\n", "\n"+by+" * ") + " */\n" + by
}
