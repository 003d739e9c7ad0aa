/** A script to begin with: the share of examples that it gets right and is sure of. */
export const scriptExample = `// Right, and at least 80 % sure of it.
let sure = 0;
predictions.forEach((row, i) => {
  const shares = softmax(row);
  const best = shares.indexOf(Math.max(...shares));
  if (classes[best] === targets[i] && shares[best] >= 0.8) sure += 1;
});
log(\`\${sure} of \${predictions.length}\`);
return { sure: sure / predictions.length };

function softmax(row) {
  const top = Math.max(...row);
  const powers = row.map((x) => Math.exp(x - top));
  const total = powers.reduce((sum, x) => sum + x, 0);
  return powers.map((x) => x / total);
}
`;

export const scriptMetricsExample = 'sure max 0.01';
