// How @custom-elements-manifest/analyzer reads the widget's doc comments into build/custom-elements.json.

const source = 'web/src/widget';
/** The element, and the types that its properties and events name. */
const element = `${source}/element.tsx`;
const types = ['events.ts', 'readiness.ts', 'record/context.ts', 'session/api.ts'].map((name) => `${source}/${name}`);

/** Writes the text of a type in place of its name, where that text names no other type. */
function spellTypes() {
  const texts = new Map();
  const spelled = (type) => {
    if (type) type.text = type.text.replace(/\b[A-Z]\w+/g, (name) => texts.get(name) ?? name);
  };
  return {
    name: 'spell-types',
    analyzePhase({ ts, node }) {
      if (!ts.isTypeAliasDeclaration(node)) return;
      const text = node.type.getText().replace(/\s+/g, ' ').replace(/^\| /, '');
      if (!/[{<[]|\b(?!Promise\b)[A-Z]/.test(text.replace(/'[^']*'|Promise<string>/g, '')))
        texts.set(node.name.text, text);
    },
    packageLinkPhase({ customElementsManifest: { modules } }) {
      for (const { members = [], attributes = [], events = [] } of modules.flatMap((one) => one.declarations))
        for (const { type, parameters = [] } of [...members, ...attributes, ...events])
          for (const one of [type, ...parameters.map((parameter) => parameter.type)]) spelled(one);
    },
  };
}

/** Leaves what a host can see, in the module that it imports. */
function publicOnly() {
  return {
    name: 'public-only',
    packageLinkPhase({ customElementsManifest: manifest }) {
      const module = manifest.modules.find(({ path }) => path === element);
      manifest.modules = [module];
      module.path = 'widget.js';
      for (const { declaration } of module.exports) declaration.module = module.path;
      const [declared] = module.declarations;
      declared.superclass = { name: 'HTMLElement' };
      declared.members = declared.members.filter(({ privacy, description }) => !privacy && description);
      declared.events = declared.events.filter(({ description }) => description);
      for (const one of [...declared.members, ...declared.attributes, ...declared.events])
        one.description = one.description.replace(/\s+/g, ' ');
    },
  };
}

export default {
  globs: [element, ...types],
  outdir: 'build',
  packagejson: false,
  plugins: [spellTypes(), publicOnly()],
};
