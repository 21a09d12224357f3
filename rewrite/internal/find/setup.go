package find

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/telemetrygen/telemetrygen/rewrite/internal/load"
)

// setsUp reports whether an expression is a call that fails only if the source is wrong,
// such as cmd.MarkFlagRequired("nosuch") or viper.BindPFlag("key", nil). The author sees
// such an error in every run and every test, so an exit because of it needs no edit.
func (f *finder) setsUp(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	fn := callee(f.c, call)
	return fn != nil && settingUp[fn.Pkg().Path()] &&
		slices.ContainsFunc(setters, func(prefix string) bool { return strings.HasPrefix(fn.Name(), prefix) })
}

var settingUp = map[string]bool{load.Cobra: true, "github.com/spf13/pflag": true, "github.com/spf13/viper": true}

// setters are prefixes of functions of these modules whose errors do not depend on a
// file, an argument or a flag's value.
var setters = []string{"Bind", "Mark", "RegisterFlagCompletionFunc", "SetAnnotation"}

// onSetup reports whether the node at hand stands in the branch for the error of such a
// call:
//
//	if err := cmd.MarkFlagRequired("x"); err != nil {
func (f *finder) onSetup() bool {
	for cur := range f.cur.Enclosing() {
		if _, ok := cur.Node().(*ast.FuncLit); ok {
			return false
		}
		if cur.ParentEdgeKind() == edge.IfStmt_Body {
			cond, ok := ast.Unparen(cur.Parent().Node().(*ast.IfStmt).Cond).(*ast.BinaryExpr)
			return ok && cond.Op == token.NEQ && isNil(cond.Y, f.c) && f.setsUp(f.assigned(cond.X, cur.Parent()))
		}
	}
	return false
}

// assigned returns the value that an if statement, or the statement before it, assigns to
// a variable; nil if there is none.
func (f *finder) assigned(variable ast.Expr, stmt inspector.Cursor) ast.Expr {
	var before ast.Node = stmt.Node().(*ast.IfStmt).Init
	if previous, ok := stmt.PrevSibling(); ok && stmt.Node().(*ast.IfStmt).Init == nil {
		before = previous.Node()
	}
	assign, ok := before.(*ast.AssignStmt)
	if !ok || len(assign.Lhs) != 1 || len(assign.Rhs) != 1 || f.text(assign.Lhs[0]) != f.text(ast.Unparen(variable)) {
		return nil
	}
	return assign.Rhs[0]
}
