/** In place of Node's modules, which libheif's glue names and a browser has not. */
export {};
