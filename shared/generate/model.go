package main

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// model is what one Go package says about messages, in the order of its source.
type model struct {
	*types.Package
	fset      *token.FileSet
	docs      map[token.Pos]string // by the position of the name
	Constants []constantValue
	Enums     []enum
	Messages  []message
	Imports   map[string][]string // the names that are used, by the package's path
}

type constantValue struct {
	Name, Doc string
	constant.Value
}

// enum is a string type, or an alias that adds values to another, Base.
type enum struct {
	Name, Doc, Base, Pattern string
	Values                   []constantValue
}

type message struct {
	Name, Doc string
	Variants  []constantValue // of a union, which its first field names
	Patch     bool            // every field may also be null
	Fields    []field
}

// Required returns the names of the fields that are never absent.
func (m message) Required() (names []string) {
	for _, f := range m.Fields {
		if f.Name != "" && !f.Optional {
			names = append(names, f.Name)
		}
	}
	return names
}

// field is not JSON if its Name is empty.
type field struct {
	Go, Name, Doc string
	Optional      bool
	Tags          reflect.StructTag
	Keywords      []string // of JSON Schema, as YAML
	kind
}

// kind is how the three outputs call a type.
type kind struct{ Codec, TypeScript, Schema string }

// importing finds the packages that were loaded before.
type importing map[string]*types.Package

func (i importing) Import(path string) (*types.Package, error) {
	if p := i[path]; p != nil {
		return p, nil
	}
	return importer.Default().Import(path)
}

// load reads the package in a folder.
func load(loaded importing, path, folder string) (*model, error) {
	m := &model{fset: token.NewFileSet(), docs: map[token.Pos]string{}, Imports: map[string][]string{}}
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_gen.go") {
			continue
		}
		file, err := parser.ParseFile(m.fset, name, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		ast.Inspect(file, m.note)
		files = append(files, file)
	}
	// Types that lack their generated methods do not matter here.
	config := types.Config{Importer: loaded, IgnoreFuncBodies: true, Error: func(error) {}}
	m.Package, _ = config.Check(path, m.fset, files, nil)
	loaded[path] = m.Package
	m.collect()
	return m, nil
}

// note keeps the comment of each type, field and constant.
func (m *model) note(n ast.Node) bool {
	keep := func(names []*ast.Ident, comments ...*ast.CommentGroup) {
		for _, name := range names {
			for _, comment := range comments {
				m.docs[name.Pos()] += comment.Text()
			}
		}
	}
	switch n := n.(type) {
	case *ast.GenDecl:
		if spec, ok := n.Specs[0].(*ast.TypeSpec); ok {
			keep([]*ast.Ident{spec.Name}, n.Doc)
		}
	case *ast.TypeSpec:
		keep([]*ast.Ident{n.Name}, n.Doc, n.Comment)
	case *ast.ValueSpec:
		keep(n.Names, n.Doc, n.Comment)
	case *ast.Field:
		keep(n.Names, n.Doc, n.Comment)
	}
	return true
}

func (m *model) doc(of types.Object) string { return strings.TrimSpace(m.docs[of.Pos()]) }

func (m *model) collect() {
	var objects []types.Object
	for _, name := range m.Scope().Names() {
		if object := m.Scope().Lookup(name); object.Exported() {
			objects = append(objects, object)
		}
	}
	slices.SortFunc(objects, func(a, b types.Object) int { return int(a.Pos() - b.Pos()) })
	constants := map[*types.TypeName][]constantValue{}
	for _, object := range objects {
		if c, ok := object.(*types.Const); ok && c.Val().String() != `""` && !strings.HasSuffix(c.Name(), "Pattern") {
			name := nameOf(c.Type())
			constants[name] = append(constants[name], constantValue{c.Name(), m.doc(c), c.Val()})
		}
	}
	m.Constants = constants[nil]
	for _, object := range objects {
		name, ok := object.(*types.TypeName)
		if !ok {
			continue
		}
		switch t := name.Type().Underlying().(type) {
		case *types.Basic:
			m.addEnum(name, t, constants[name])
		case *types.Struct:
			m.addMessage(name, t, constants)
		}
	}
}

func (m *model) addEnum(name *types.TypeName, of *types.Basic, values []constantValue) {
	e := enum{Name: name.Name(), Doc: m.doc(name), Values: values}
	if alias, ok := name.Type().(*types.Alias); ok && nameOf(alias.Rhs()) != nil {
		e.Base = nameOf(alias.Rhs()).Name()
	}
	if pattern, ok := m.Scope().Lookup(name.Name() + "Pattern").(*types.Const); ok {
		e.Pattern = constant.StringVal(pattern.Val())
	}
	if of.Kind() == types.String {
		m.Enums = append(m.Enums, e)
	}
}

// addMessage takes a struct whose fields have JSON names.
func (m *model) addMessage(name *types.TypeName, of *types.Struct, constants map[*types.TypeName][]constantValue) {
	added := message{Name: name.Name(), Doc: m.doc(name), Patch: strings.HasSuffix(name.Name(), "Patch")}
	for i := range of.NumFields() {
		v, tags := of.Field(i), reflect.StructTag(of.Tag(i))
		tag, ok := tags.Lookup("json")
		if i == 0 && !ok {
			return
		} else if added.Patch && tags.Get("patch") == "-" {
			continue
		}
		jsonName, options, _ := strings.Cut(tag, ",")
		f := field{Go: v.Name(), Name: jsonName, Doc: m.doc(v), Optional: options == "omitempty", Tags: tags}
		f.Keywords = m.keywords(v, tags)
		if f.Name == "-" {
			f.Name = ""
		} else if f.kind = m.kindOf(v, v.Type()); f.Name == "" || options != "" && !f.Optional || v.Embedded() {
			m.fail(v, "needs a JSON name and no option but omitempty")
		} else if strings.HasPrefix(f.Codec, "Optional") != f.Optional && strings.Contains(
			"OptionalObject Time", f.Codec,
		) {
			m.fail(v, "must be a pointer with omitempty, or neither")
		}
		if tags.Get("of") != "" {
			added.Variants = constants[nameOf(of.Field(0).Type())]
		}
		added.Fields = append(added.Fields, f)
	}
	m.Messages = append(m.Messages, added)
}

// kindOf fails for a type that one of the outputs cannot show.
func (m *model) kindOf(at types.Object, t types.Type) kind {
	name, k := nameOf(t), kind{}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		k = basics[u.Kind()]
	case *types.Struct:
		if k = (kind{Codec: "Object"}); types.TypeString(t, nil) == "time.Time" {
			return kind{"Time", "string", "type: string\nformat: date-time"}
		}
	case *types.Pointer:
		k = m.kindOf(at, u.Elem())
		k.Codec = "Optional" + k.Codec
	case *types.Slice:
		k = m.kindOf(at, u.Elem())
		k = kind{k.Codec + "s", k.TypeScript + "[]", "type: array\nitems:\n  " + indent("  ", k.Schema)}
	case *types.Map:
		if u.Key() == types.Typ[types.String] && u.Elem() == types.Typ[types.String] {
			k = kind{"Map", "Record<string, string>", "type: object\nadditionalProperties:\n  type: string"}
		}
	}
	if !slices.Contains(codecs, k.Codec) || k.Codec == "Object" && name == nil {
		m.fail(at, "has a type that no message may have: "+t.String())
	}
	if name != nil {
		k.TypeScript, k.Schema = name.Name(), "$ref: '#/components/schemas/"+name.Name()+"'"
		if name.Pkg() != m.Package {
			m.Imports[name.Pkg().Path()] = append(m.Imports[name.Pkg().Path()], name.Name())
		}
	}
	return k
}

var basics = map[types.BasicKind]kind{
	types.String: {"Text", "string", "type: string"},
	types.Bool:   {"Bool", "boolean", "type: boolean"},
	types.Int:    {"Int", "number", "type: integer"},
	types.Int64:  {"Int64", "number", "type: integer\nformat: int64"},
}

// codecs are the functions of package wire.
var codecs = strings.Fields("Text Int Int64 Bool Time Object OptionalInt OptionalTime OptionalObject Texts Objects Map")

// keywords of JSON Schema that are tags, in this order.
var keywords = strings.Fields("const format pattern minimum maximum minLength maxLength minItems maxItems required")

// keywords returns a field's keywords as YAML.
func (m *model) keywords(at types.Object, tags reflect.StructTag) (lines []string) {
	for _, keyword := range keywords {
		value, ok := tags.Lookup(keyword)
		if !ok {
			continue
		}
		if c, ok := m.Scope().Lookup(value).(*types.Const); ok {
			value = text(c.Val())
		} else if strings.ToLower(value[:1]) != value[:1] {
			m.fail(at, "names no constant: "+value)
		}
		if _, err := strconv.Atoi(value); err != nil && keyword != "required" {
			value = "'" + value + "'"
		}
		lines = append(lines, keyword+": "+value)
	}
	return lines
}

// failure is a construct that cannot be shown, with its file and line.
type failure string

func (f failure) Error() string { return string(f) }

func (m *model) fail(at types.Object, text string) {
	panic(failure(fmt.Sprintf("%s: %s %s", m.fset.Position(at.Pos()), at.Name(), text)))
}

// nameOf returns the declared name of a type, nil if it has none.
func nameOf(t types.Type) *types.TypeName {
	if named, ok := t.(interface{ Obj() *types.TypeName }); ok {
		return named.Obj()
	}
	return nil
}
