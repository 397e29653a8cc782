import { Alert, Avatar, Badge, Breadcrumb, Button, Card, Col, DatePicker, Drawer, Form, Input, InputNumber, Layout, Menu, Progress, Rate, Row, Select, Space, Statistic, Steps, Switch, Table, Tabs, Tag } from "antd";
import { useState } from "react";
import { createRoot } from "react-dom/client";

const WHO = ["Robin Example", "Kim Sample", "Sascha Muster", "Toni Model", "Alex Specimen"];
const STATES = { Paid: "green", Packed: "blue", Waiting: "gold", Returned: "red" };
const ORDERS = Array.from({ length: 40 }, (_, at) => ({
  key: at, number: 20481 - at, who: WHO[at % 5], state: Object.keys(STATES)[(at * 3) % 4], total: ((at * 7919) % 30000) / 100 + 12,
}));
const COLUMNS = [
  { title: "Order", dataIndex: "number", sorter: (a, b) => a.number - b.number },
  { title: "Customer", dataIndex: "who", render: (who) => <Space><Avatar size="small">{who[0]}</Avatar>{who}</Space> },
  { title: "State", dataIndex: "state", render: (state) => <Tag color={STATES[state]}>{state}</Tag> },
  { title: "Total", dataIndex: "total", align: "right", sorter: (a, b) => a.total - b.total, render: (total) => `${total.toFixed(2)} €` },
];

function Office() {
  const [open, setOpen] = useState(false);
  return (
    <Layout style={{ minHeight: "100vh" }}>
      <Layout.Sider width={200} theme="dark">
        <Menu theme="dark" mode="inline" defaultSelectedKeys={["orders"]} defaultOpenKeys={["stock"]} items={[
          { key: "orders", label: "Orders" },
          { key: "stock", label: "Stock", children: [{ key: "in", label: "Coming in" }, { key: "out", label: "Going out" }] },
          { key: "people", label: "Customers" }, { key: "money", label: "Accounting", disabled: true },
        ]} />
      </Layout.Sider>
      <Layout.Content style={{ padding: 24 }}>
        <Breadcrumb items={[{ title: "Back office" }, { title: "Orders" }]} />
        <Alert style={{ margin: "16px 0" }} type="warning" showIcon title="Two parcels have been under way for nine days." />
        <Row gutter={16}>
          <Col span={8}><Card><Statistic title="Today" value={18} suffix="orders" /></Card></Col>
          <Col span={8}><Card><Statistic title="This week" value={112893.4} precision={2} suffix="€" /></Card></Col>
          <Col span={8}><Card><Progress type="circle" percent={72} size={70} /> <Rate defaultValue={4} disabled /></Card></Col>
        </Row>
        <Steps style={{ margin: "24px 0" }} current={1} items={[{ title: "Ordered" }, { title: "Packed" }, { title: "Sent" }]} />
        <Space style={{ marginBottom: 16 }}>
          <Button type="primary" onClick={() => setOpen(true)}>New order</Button><Button>Export</Button><Button danger>Cancel</Button>
          <Input.Search placeholder="Order or name" style={{ width: 200 }} /><Badge count={5}><Button>Messages</Button></Badge>
        </Space>
        <Tabs items={[{ key: "open", label: "Open", children: <Table columns={COLUMNS} dataSource={ORDERS} size="small" pagination={{ pageSize: 12 }} /> }, { key: "done", label: "Done", children: "Nothing yet." }]} />
      </Layout.Content>
      <Drawer title="New order" open={open} onClose={() => setOpen(false)} size={420}>
        <Form layout="vertical" initialValues={{ who: "Robin Example", count: 2, gift: true }}>
          <Form.Item label="Customer" name="who" required><Input /></Form.Item>
          <Form.Item label="Sent by" name="by"><Select placeholder="Please choose" options={[{ value: "a", label: "Post" }, { value: "b", label: "Bicycle" }]} /></Form.Item>
          <Form.Item label="Pieces" name="count"><InputNumber min={1} /></Form.Item>
          <Form.Item label="By" name="day"><DatePicker /></Form.Item>
          <Form.Item label="As a gift" name="gift" valuePropName="checked"><Switch /></Form.Item>
          <Button type="primary">Save</Button>
        </Form>
      </Drawer>
    </Layout>
  );
}

createRoot(document.querySelector("#root")).render(<Office />);
