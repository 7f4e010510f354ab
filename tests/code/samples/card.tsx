import * as React from "react";

type Props = { title: string };

export const Card: React.FC<Props> = ({ title }) => {
  const onClick = () => alert(title);
  return <button onClick={onClick}>{title}</button>;
};

export default function App() {
  return (
    <>
      <Card title="one" />
    </>
  );
}
